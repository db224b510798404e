// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"mabeam.dev/protocols/barrier"
	"mabeam.dev/protocols/lock"
	"mabeam.dev/protocols/waitfor"
)

// Deadlocks across the services of a space. Package lock sees cycles of locks by itself; here is the whole graph: locks, read-write locks, permits, and
// barriers whose members are known, which are phasers and full double barriers. What somebody unknown can end is not in it: the wait for a cyclic barrier, a
// latch or an office.
//
// A step changes whom its owner waits for, and who waits for the owner. As nobody was stuck before, somebody is now only if the owner is; so the owner alone
// is looked at, and only if others may wait for it because it has more than its request, or because its request was put before theirs. Steps that change more, which are rare, have everybody looked at.

// linked reports whether somebody may wait for more than locks.
func (s *spaceState) linked(in *spaceInput) bool {
	if !s.beyond {
		s.beyond = in.Op == opResize || in.Op == opAcquire && in.Lock.Mode == lock.Permits || in.Barrier != nil && in.Barrier.Kind != barrier.Cyclic
	}
	return s.beyond
}

// untangle refuses requests until nobody is stuck any more.
func (s *spaceState) untangle(now time.Time, in *spaceInput) {
	if !s.linked(in) || s.blind {
		return
	}
	g := graphOf{s: s}
	switch in.Op {
	case opAcquire, opArrive, opRegister:
		owner := in.Owner
		if in.Lock != nil {
			owner = in.Lock.Owner
		}
		if s.tied(owner) || in.Op == opAcquire && s.locks.Jumped(in.ID) {
			g.newest = in.ID
			g.refuse(now, waitfor.Cycle(owner, g.waits))
		}
	case opResize:
		s.reordered = true
	default:
	}
	for s.locks.Reordered() || s.reordered {
		s.reordered = false
		g = graphOf{s: s}
		if cycle := waitfor.Any(s.owners(), g.waits); cycle != nil {
			g.refuse(now, cycle)
		}
	}
}

// tied reports whether somebody may stand in others' way and wait for others as well.
func (s *spaceState) tied(owner string) bool {
	n := s.locks.Owned(owner)
	for _, b := range s.barriers { // a number: the order does not matter
		if b.Has(owner) {
			n++
		}
	}
	return n > 1
}

// graphOf is who waits for whom in a space, at one moment.
type graphOf struct {
	s      *spaceState
	newest string              // request that is looked at first
	at     map[string][]string // ids of arrivals, by who has arrived; nil until it is needed
}

// waits returns what somebody waits for.
func (g *graphOf) waits(who string) []waitfor.Wait {
	all := g.s.locks.Waits(who)
	if g.at == nil {
		g.at = map[string][]string{}
		for _, id := range slices.Sorted(maps.Keys(g.s.waits)) {
			if w := g.s.waits[id]; w.Op == opArrive {
				g.at[w.Who] = append(g.at[w.Who], id)
			}
		}
	}
	for _, id := range g.at[who] {
		name := g.s.waits[id].Name
		if missing, known := g.s.barriers[name].Missing(); known {
			all = append(all, waitfor.Wait{Who: who, For: name, ID: id, All: missing})
		}
	}
	slices.SortStableFunc(all, func(a, b waitfor.Wait) int {
		switch {
		case a.ID == g.newest && b.ID != g.newest:
			return -1
		case b.ID == g.newest && a.ID != g.newest:
			return 1
		}
		return 0
	})
	return all
}

// refuse ends a cycle by its youngest request, or by the one whose step has closed it. No cycle is nothing to do.
func (g *graphOf) refuse(now time.Time, cycle []waitfor.Wait) {
	if cycle == nil {
		return
	}
	at := 0
	for i, w := range cycle {
		if cmp.Or(g.came(w.ID).Compare(g.came(cycle[at].ID)), cmp.Compare(w.ID, cycle[at].ID)) > 0 {
			at = i
		}
	}
	if cycle[0].ID == g.newest {
		at = 0
	}
	why := &lock.DeadlockError{}
	for i := range cycle {
		w := cycle[(at+i)%len(cycle)]
		why.Cycle = append(why.Cycle, lock.Edge{Owner: w.Who, Name: w.For})
	}
	id, s := cycle[at].ID, g.s
	s.reordered = true // a queue has moved up, or a membership has closed more than one cycle
	if w, arrived := s.waits[id]; arrived {
		s.barriers[w.Name].Withdraw(id)
		delete(s.waits, id)
		s.put(spaceOutput{id: id, err: why})
		return
	}
	s.lockEffects(s.locks.Refuse(now, id, why))
}

func (g *graphOf) came(id string) time.Time {
	if w, elsewhere := g.s.waits[id]; elsewhere {
		return w.Came
	}
	at, _ := g.s.locks.Came(id)
	return at
}
