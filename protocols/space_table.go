// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"cmp"
	"context"
	"slices"
	"time"

	"mabeam.dev/actors/table"
)

// spaceTable is the log of a space as a table.
type spaceTable = table.Set[uint64, *spaceStep]

// wholeSpace is all of a space's state as a table keeps it: that is no text where a copy is one piece of memory.
type wholeSpace struct {
	text []byte // without the answers
	done []kept
}

func (w *wholeSpace) state(remember int) (*spaceState, error) {
	s, err := decodeSpace(w.text, remember)
	if err == nil {
		s.done.take(w.done)
	}
	return s, err
}

// compactTable is how many steps a table gets before the state takes their place: few, because they are memory that every garbage collection goes
// through, and because the copy is cheap; twice as many where somebody waits all the time, for those who wait are written out one by one.
const compactTable = 4096

// tableStore keeps steps in a table, which outlives the process with its holder. There are two places for each number of steps behind a copy of the whole
// state: a new copy and what follows it take the places of what was behind the copy before the last. So nothing is ever taken out, the copy that counts is
// there until the next one is, and the table does not grow.
type tableStore struct {
	t    *spaceTable
	next uint64 // number of the next step
	base uint64 // number of the last copy
	side uint64 // which of the two places is written now
}

func (s *tableStore) load(_ context.Context, fresh *spaceState, remember int) (*spaceState, int, error) {
	all, err := s.t.All()
	if err != nil {
		return nil, 0, err
	}
	var steps []*spaceStep
	var last *spaceStep // copy of the state
	for key, e := range all {
		steps = append(steps, e)
		if e.whole != nil && (last == nil || e.n > last.n) {
			last, s.base, s.side = e, e.n, key&1
		}
	}
	if last != nil {
		if fresh, err = last.whole.state(remember); err != nil {
			return nil, 0, err
		}
		steps = slices.DeleteFunc(steps, func(e *spaceStep) bool { return e.n <= last.n })
		s.next = last.n + 1
	}
	slices.SortFunc(steps, func(a, b *spaceStep) int { return cmp.Compare(a.n, b.n) })
	for _, e := range steps {
		fresh.step(e.at, &e.in)
		fresh.told()
		s.next = e.n + 1
	}
	return fresh, len(steps), nil
}

func (s *tableStore) add(e *spaceStep) error {
	e.n = s.next
	s.next++
	return s.t.Put((e.n-s.base)<<1|s.side, e)
}

func (s *tableStore) pending() bool { return false }

func (s *tableStore) flush(context.Context) error { return nil }

func (s *tableStore) full(entries int, waiting bool) bool {
	return entries >= 2*compactTable || entries >= compactTable && !waiting
}

func (s *tableStore) compact(_ context.Context, at time.Time, state *spaceState) error {
	text, err := state.encodeWith(nil)
	if err != nil {
		return err
	}
	s.base, s.side = s.next, s.side^1
	return s.add(&spaceStep{at: at, whole: &wholeSpace{text, state.done.all()}})
}
