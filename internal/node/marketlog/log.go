// SPDX-License-Identifier: Apache-2.0

package marketlog

import (
	"context"
	"errors"
	"fmt"

	"mabeam.dev/events"
	"mabeam.dev/market"
)

// Log is a journal as markets see it. It may be used from any goroutine.
type Log struct{ journal *events.Journal }

var (
	_ market.Journal   = Log{}
	_ market.Snapshots = Log{}
)

// New makes a Log of a journal.
func New(j *events.Journal) Log { return Log{j} }

// Append appends events; see market.Journal.
func (l Log) Append(ctx context.Context, stream string, expect uint64, ev ...market.Event) (uint64, error) {
	facts := make([]events.New, len(ev))
	for i, e := range ev {
		facts[i] = events.New{Type: e.Type, Data: e.Data}
	}
	out, err := l.journal.Append(ctx, events.Stream(stream), events.Exact(events.Version(expect)), facts...)
	if errors.Is(err, events.ErrVersion) {
		err = fmt.Errorf("%w: %w", market.ErrVersion, err)
	}
	return uint64(out.Version), err
}

// Read gives the events behind a version; see market.Journal.
func (l Log) Read(ctx context.Context, stream string, from uint64, yield func(uint64, market.Event) error) error {
	for e, err := range l.journal.Read(ctx, events.Stream(stream), events.Version(from)+1) {
		if err != nil {
			return err
		}
		if err := yield(uint64(e.Version), market.Event{Type: e.Type, Data: e.Data}); err != nil {
			return err
		}
	}
	return nil
}

// Save keeps a snapshot; see market.Snapshots.
func (l Log) Save(ctx context.Context, stream string, version uint64, state []byte) error {
	return l.journal.PutSnapshot(ctx, events.Snap{Stream: events.Stream(stream), Version: events.Version(version), State: state})
}

// Load gives the newest snapshot; see market.Snapshots.
func (l Log) Load(ctx context.Context, stream string) (version uint64, state []byte, ok bool, err error) {
	s, ok, err := l.journal.Snapshot(ctx, events.Stream(stream))
	return uint64(s.Version), s.State, ok, err
}
