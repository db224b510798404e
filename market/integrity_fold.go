// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"slices"
)

// foldedSource is the Source of a stream of commands, which say nothing before they are carried out again: it does that once, from a snapshot or
// from the first event on, and keeps what came of it until nobody asks for that any more. It belongs to one process.
type foldedSource struct {
	journal Journal
	stream  string
	group   Detector // no other monitor has to fold it
	// reset makes the state before the first event; restore, if it can, the one of a snapshot that is no later than a version, and returns where that is.
	// fold takes an event in, and returns what there is to see in it.
	reset   func()
	restore func(ctx context.Context, latest uint64) uint64
	fold    func(ev Event) ([]Observation, error)

	begun   bool
	version uint64     // up to which it is folded
	base    uint64     // kept is everything behind it
	kept    []seenThen // what was folded and may be asked for again
}

// seenThen is what there is to see in one version.
type seenThen struct {
	version uint64
	all     []Observation
}

func (f *foldedSource) Stream() string { return f.stream }

func (f *foldedSource) serves(g Detector) bool { return g == f.group }

func (f *foldedSource) Observe(ctx context.Context, from uint64, yield func(uint64, *Observation) error) error {
	if !f.begun || from < f.base {
		f.reset()
		f.begun, f.version, f.base, f.kept = true, f.restore(ctx, from), from, nil
	}
	f.kept = slices.DeleteFunc(f.kept, func(t seenThen) bool { return t.version <= from })
	f.base = from
	for _, t := range f.kept {
		if err := t.yield(yield); err != nil {
			return err
		}
	}
	if n := len(f.kept); f.version > from && (n == 0 || f.kept[n-1].version < f.version) {
		if err := yield(f.version, nil); err != nil {
			return err
		}
	}
	return f.journal.Read(ctx, f.stream, f.version, func(version uint64, ev Event) error {
		all, err := f.fold(ev)
		if err != nil {
			f.begun = false // half of it may have happened
			return err
		}
		f.version = version
		switch {
		case version <= from:
			return nil
		case len(all) == 0:
			return yield(version, nil)
		}
		t := seenThen{version, all}
		f.kept = append(f.kept, t)
		return t.yield(yield)
	})
}

// restored makes a state the one of the newest snapshot of a process, if that is no later than a version; otherwise it stays the one before the first
// event. It returns the version of what the state is.
func restored[C, R any](ctx context.Context, o *deskOptions, k keeper[C, R], latest uint64) uint64 {
	version, state, err := o.newest(ctx)
	if err != nil || version == 0 || version > latest {
		return 0
	}
	if err := k.decode(state); err != nil {
		k.reset()
		return 0
	}
	return version
}

func (t seenThen) yield(yield func(uint64, *Observation) error) error {
	for i := range t.all {
		o := t.all[i]
		if err := yield(t.version, &o); err != nil {
			return err
		}
	}
	return nil
}
