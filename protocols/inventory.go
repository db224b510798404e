// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"context"
	"maps"
	"slices"

	"mabeam.dev/protocols/barrier"
	"mabeam.dev/protocols/election"
	"mabeam.dev/protocols/lock"
)

// Inventory is everything that is in a space at one moment, each kind in the order of the names.
type Inventory struct {
	// Epoch is that of the tokens given now.
	Epoch uint32
	// Locks are the locks that are held or waited for, and all semaphores.
	Locks []lock.Status
	// Barriers are all that were used.
	Barriers []NamedBarrier
	// Latches are all that were used, with how much is missing.
	Latches []NamedLatch
	// Elections are all that were held.
	Elections []NamedElection
	// Counters are all that were used.
	Counters []NamedCount
}

// NamedBarrier is a barrier of an Inventory.
type NamedBarrier struct {
	Name string
	barrier.Status
}

// NamedLatch is a latch of an Inventory.
type NamedLatch struct {
	Name    string
	Left    int      // counts until it opens; 0 for one that is open
	Waiting []string // for it
}

// NamedElection is an election of an Inventory.
type NamedElection struct {
	Name       string
	Leader     string        // empty for nobody
	Term       election.Term // the leader's, or the last one
	Candidates []string      // besides the leader, the next one first
}

// NamedCount is a counter of an Inventory.
type NamedCount struct {
	Name  string
	Value int64
}

// Inventory returns everything that is in the space. It goes through all of it, in the space's process.
func (s *Space) Inventory(ctx context.Context) (Inventory, error) {
	return view(ctx, s, func(st *spaceState) Inventory {
		v := Inventory{Epoch: st.epoch}
		for _, name := range st.locks.Names() {
			v.Locks = append(v.Locks, st.locks.Status(name))
		}
		for _, name := range slices.Sorted(maps.Keys(st.barriers)) {
			v.Barriers = append(v.Barriers, NamedBarrier{name, st.barriers[name].Status()})
		}
		for _, name := range slices.Sorted(maps.Keys(st.latches)) {
			l := st.latches[name].Latch
			v.Latches = append(v.Latches, NamedLatch{name, l.Left(), l.Members()})
		}
		for _, name := range slices.Sorted(maps.Keys(st.elections)) {
			e := NamedElection{Name: name}
			e.Leader, e.Term = st.elections[name].Leader()
			for _, c := range st.elections[name].Candidates() {
				if c.Candidate != e.Leader {
					e.Candidates = append(e.Candidates, c.Candidate)
				}
			}
			v.Elections = append(v.Elections, e)
		}
		for _, name := range slices.Sorted(maps.Keys(st.counters)) {
			v.Counters = append(v.Counters, NamedCount{name, st.counters[name].Get()})
		}
		return v
	})
}
