// SPDX-License-Identifier: Apache-2.0

package coordlog

import (
	"context"
	"errors"
	"fmt"

	"mabeam.dev/events"
	"mabeam.dev/protocols"
)

// RecordType is the type of the events that hold records of coordination.
const RecordType = "coordination.recorded"

// Log is a journal as coordination sees it. It may be used from any goroutine.
type Log struct{ journal *events.Journal }

var (
	_ protocols.Journal      = Log{}
	_ protocols.SpaceJournal = Log{}
)

// New makes a Log of a journal.
func New(j *events.Journal) Log { return Log{j} }

// Append appends records; see protocols.Journal.
func (l Log) Append(ctx context.Context, stream string, expect uint64, records ...[]byte) (uint64, error) {
	facts := make([]events.New, len(records))
	for i, r := range records {
		facts[i] = events.New{Type: RecordType, Data: r}
	}
	out, err := l.journal.Append(ctx, events.Stream(stream), events.Exact(events.Version(expect)), facts...)
	if errors.Is(err, events.ErrVersion) {
		err = fmt.Errorf("%w: %w", protocols.ErrSpaceVersion, err)
	}
	return uint64(out.Version), err
}

// Read gives the records behind a version; see protocols.Journal.
func (l Log) Read(ctx context.Context, stream string, from uint64, yield func(uint64, []byte) error) error {
	for e, err := range l.journal.Read(ctx, events.Stream(stream), events.Version(from)+1) {
		if err != nil {
			return err
		}
		if err := yield(uint64(e.Version), e.Data); err != nil {
			return err
		}
	}
	return nil
}
