// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"context"
	"maps"
	"slices"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/lock"
)

// Holding is something of a space that an owner has or waits for.
type Holding struct {
	// Kind is lock, semaphore, barrier, latch or election.
	Kind string
	// Name is that of the thing.
	Name string
	// Mode is how a lock or semaphore is claimed.
	Mode lock.Mode
	// Token is that of the grant or term; zero while the owner waits, and at barriers.
	Token lock.Token
}

// Held reports whether the owner has it, and does not wait or stand for it.
func (h Holding) Held() bool { return !h.Token.IsZero() }

// Holdings returns everything that a process has in the space or waits for: locks and permits in the order in which they were asked for, then barriers,
// latches and elections by name. It is the state of coordination of an agent.
func (s *Space) Holdings(ctx context.Context, of actors.PID) ([]Holding, error) {
	return s.holdings(ctx, of.String())
}

// HoldingsOf is Holdings for who AsOwner names.
func (s *Space) HoldingsOf(ctx context.Context, name string) ([]Holding, error) {
	return s.holdings(ctx, "outside/"+name)
}

func (s *Space) holdings(ctx context.Context, owner string) ([]Holding, error) {
	return view(ctx, s, func(st *spaceState) (all []Holding) {
		for _, c := range st.locks.Claims(owner) {
			kind := "lock"
			if c.Mode == lock.Permits {
				kind = "semaphore"
			}
			all = append(all, Holding{kind, c.Name, c.Mode, c.Token})
		}
		for _, n := range slices.Sorted(maps.Keys(st.barriers)) {
			if slices.Contains(st.barriers[n].Members(), owner) {
				all = append(all, Holding{Kind: "barrier", Name: n})
			}
		}
		for _, n := range slices.Sorted(maps.Keys(st.latches)) {
			if slices.Contains(st.latches[n].Latch.Members(), owner) {
				all = append(all, Holding{Kind: "latch", Name: n})
			}
		}
		for _, n := range slices.Sorted(maps.Keys(st.elections)) {
			e := st.elections[n]
			if who, term := e.Leader(); who == owner {
				all = append(all, Holding{Kind: "election", Name: n, Token: term})
				continue
			}
			for _, c := range e.Candidates() {
				if c.Candidate == owner {
					all = append(all, Holding{Kind: "election", Name: n})
				}
			}
		}
		return all
	})
}

// SpaceStats counts what is in a space.
type SpaceStats struct {
	// Locks are names of locks and semaphores, Held the claims that are held, Waiting those that wait.
	Locks, Held, Waiting int
	// Barriers, Latches, Elections and Counters are how many have been used.
	Barriers, Latches, Elections, Counters int
	// Owners is how many own something or wait.
	Owners int
	// Epoch is that of the tokens given now.
	Epoch uint32
}

// Stats counts what is in the space. It goes through everything.
func (s *Space) Stats(ctx context.Context) (SpaceStats, error) {
	return view(ctx, s, func(st *spaceState) SpaceStats {
		n := SpaceStats{
			Barriers: len(st.barriers), Latches: len(st.latches), Elections: len(st.elections), Counters: len(st.counters),
			Owners: len(st.owners()), Epoch: st.epoch,
		}
		for _, name := range st.locks.Names() {
			one := st.locks.Status(name)
			n.Locks, n.Held, n.Waiting = n.Locks+1, n.Held+len(one.Holders), n.Waiting+len(one.Waiters)
		}
		return n
	})
}

// Locks returns the names of the locks that are held and of all semaphores, sorted.
func (s *Space) Locks(ctx context.Context) ([]string, error) {
	return view(ctx, s, func(st *spaceState) []string { return st.locks.Names() })
}
