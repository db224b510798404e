// SPDX-License-Identifier: Apache-2.0

package varlog

import (
	"context"
	"errors"
	"fmt"

	"mabeam.dev/cognitive"
	"mabeam.dev/events"
)

// Prefix begins the types of all records of variables.
const Prefix = "cognitive."

// Log is a journal as spaces of variables see it. It may be used from any goroutine.
type Log struct{ journal *events.Journal }

var _ cognitive.Journal = Log{}

// New makes a Log of a journal.
func New(j *events.Journal) Log { return Log{j} }

// Append appends a record; see cognitive.Journal.
func (l Log) Append(ctx context.Context, stream string, expect uint64, ev cognitive.Event) (uint64, error) {
	out, err := l.journal.Append(ctx, events.Stream(stream), events.Exact(events.Version(expect)), events.New{Type: ev.Type, Data: ev.Data})
	if errors.Is(err, events.ErrVersion) {
		err = fmt.Errorf("%w: %w", cognitive.ErrVersion, err)
	}
	return uint64(out.Version), err
}

// Read gives the records behind a version; see cognitive.Journal.
func (l Log) Read(ctx context.Context, stream string, from uint64, yield func(uint64, cognitive.Event) error) error {
	for e, err := range l.journal.Read(ctx, events.Stream(stream), events.Version(from)+1) {
		if err != nil {
			return err
		}
		if err := yield(uint64(e.Version), cognitive.Event{Type: e.Type, Data: e.Data}); err != nil {
			return err
		}
	}
	return nil
}
