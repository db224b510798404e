// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Snapshots are what a Journal may have besides: then an engine that starts reads no more than the last snapshot and what came behind it. What a snapshot leaves
// out stays in the journal, for History and for audits.
type Snapshots interface {
	// Save keeps a state for a stream as it was at a version; the newest replaces the others.
	Save(ctx context.Context, stream string, version uint64, state []byte) error
	// Load returns the newest; ok is false if there is none.
	Load(ctx context.Context, stream string) (version uint64, state []byte, ok bool, err error)
}

// compactSessions is how many records come behind a snapshot before there is another one.
const compactSessions = 4096

// snapshots are the journal's, or nil.
func (h *historian) snapshots() Snapshots {
	s, _ := h.e.o.Journal.(Snapshots)
	return s
}

// load takes the newest snapshot as the base of everything that is read. One that cannot be understood is of another version, and does without.
func (h *historian) load(ctx context.Context) error {
	s := h.snapshots()
	if s == nil || h.base > 0 {
		return nil
	}
	version, state, ok, err := s.Load(ctx, h.e.o.Stream)
	if err != nil || !ok {
		return err
	}
	var kept []Record
	if json.Unmarshal(state, &kept) == nil {
		h.base, h.kept = version, kept
		h.version = max(h.version, version)
	}
	return nil
}

// compact makes a snapshot when enough has come behind the last one. One that fails is tried again after as many records: it saves time, and nothing else.
func (h *historian) compact(ctx context.Context, now time.Time) error {
	s := h.snapshots()
	if s == nil || h.version < h.base+compactSessions || h.version < h.tried+compactSessions {
		return nil
	}
	h.tried = h.version
	all, err := h.read(ctx)
	if err != nil {
		return err
	}
	kept := h.e.withLearned(all, compacted(all, now))
	state, err := json.Marshal(kept)
	if err == nil {
		err = s.Save(ctx, h.e.o.Stream, h.version, state)
	}
	if err != nil {
		return fmt.Errorf("protocols: snapshot of sessions: %w", err)
	}
	h.base, h.kept = h.version, kept
	return nil
}

// compacted is what of all records makes the same sessions again: everything of those that are open, the beginning and the end of those that have ended not long
// ago, as far as an index keeps them, and nothing of the others.
func compacted(all []Record, now time.Time) []Record {
	place := map[SessionID]int{} // in the order of their ends, of those that have ended; -1 for long ago
	n := 0
	for _, r := range all {
		if _, before := place[r.Session]; r.Kind != recordEnded || before {
			continue
		}
		if place[r.Session] = -1; now.Sub(r.At) <= keepFor {
			place[r.Session] = n
			n++
		}
	}
	var kept []Record
	later := false // than the first end that stays: what was rated before that counts among what was learned
	for _, r := range all {
		at, over := place[r.Session]
		if r.Kind == recordRated {
			if later {
				kept = append(kept, r)
			}
			continue
		}
		later = later || r.Kind == recordEnded && at >= max(n-keepEnded, 0)
		if over && (at < n-keepEnded || at < 0 || r.Kind != recordOpened && r.Kind != recordEnded) {
			continue
		}
		kept = append(kept, r)
	}
	return kept
}
