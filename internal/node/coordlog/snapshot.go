// SPDX-License-Identifier: Apache-2.0

package coordlog

import (
	"context"

	"mabeam.dev/events"
	"mabeam.dev/protocols"
)

var _ protocols.Snapshots = Log{}

// Save keeps a snapshot; see protocols.Snapshots.
func (l Log) Save(ctx context.Context, stream string, version uint64, state []byte) error {
	return l.journal.PutSnapshot(ctx, events.Snap{Stream: events.Stream(stream), Version: events.Version(version), State: state})
}

// Load gives the newest snapshot; see protocols.Snapshots.
func (l Log) Load(ctx context.Context, stream string) (version uint64, state []byte, ok bool, err error) {
	s, ok, err := l.journal.Snapshot(ctx, events.Stream(stream))
	return uint64(s.Version), s.State, ok, err
}
