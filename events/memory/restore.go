// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"context"

	"mabeam.dev/events"
)

var _ events.Restorer = (*Store)(nil)

// Restore enters events with the places they had in another store; see events.Restorer.
func (s *Store) Restore(ctx context.Context, batch []events.Event) (n int, err error) {
	err = s.locked(ctx, func() error {
		known := events.Known{Head: s.mu.head, Versions: make(map[events.Stream]events.Version), IDs: make(map[events.ID]events.Event)}
		for i := range batch {
			known.Versions[batch[i].Stream] = s.versionLocked(batch[i].Stream)
			if pos, ok := s.mu.ids[batch[i].ID]; ok {
				known.IDs[batch[i].ID] = s.mu.log[place(s.mu.log, pos)]
			}
		}
		r, err := events.JudgeRestore(batch, events.Event{At: s.mu.last}, known)
		if err != nil {
			return err
		}
		s.keepLocked(r.Accepted)
		for name, first := range r.First {
			st := s.mu.streams[name]
			st.first, st.removed = first, st.places[0]-1
			s.mu.removed = max(s.mu.removed, st.removed)
		}
		n = len(r.Accepted)
		return nil
	})
	return n, err
}
