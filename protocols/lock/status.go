// SPDX-License-Identifier: Apache-2.0

package lock

import (
	"maps"
	"slices"
	"time"
)

// Claim is a view of a claim.
type Claim struct {
	// ID, Name, Owner and Mode are those of the request.
	ID, Name, Owner string
	// Mode is how the name is claimed now.
	Mode Mode
	// Permits is how many, of a semaphore.
	Permits int
	// Token is that of the grant; zero while it waits.
	Token Token
	// Since is when the request came.
	Since time.Time
	// Until is the end of the lease, or of the wait; zero for none.
	Until time.Time
	// Position is the place in the queue, from 1; 0 for who holds.
	Position int
}

// Status is a view of one name.
type Status struct {
	// Name is the name; a lock that nobody holds or waits for is there as well, and free.
	Name string
	// Size is the number of permits of a semaphore; 0 for a lock.
	Size int
	// Used is how many of them are taken.
	Used int
	// Holders are in the order of their grants, Waiters in that in which they are going to be served, as far as that is known: readers last.
	Holders, Waiters []Claim
}

func (c *claim) view(position int) Claim {
	return Claim{
		ID: c.ID, Name: c.Name, Owner: c.Owner, Mode: c.Mode, Permits: c.Count, Token: c.Token, Since: c.Came, Until: c.Until, Position: position,
	}
}

// Status shows one name.
func (s *Space) Status(name string) Status {
	st := Status{Name: name}
	o := s.names[name]
	if o == nil {
		return st
	}
	st.Size, st.Used = o.size, o.used
	for _, c := range o.holders {
		st.Holders = append(st.Holders, c.view(0))
	}
	for _, c := range slices.Concat(o.queue, o.readers) {
		st.Waiters = append(st.Waiters, c.view(len(st.Waiters)+1))
	}
	return st
}

// Names returns the names that are held, waited for, or semaphores, sorted.
func (s *Space) Names() []string { return slices.Sorted(maps.Keys(s.names)) }

// Claims shows everything of an owner, in the order in which it came.
func (s *Space) Claims(owner string) (all []Claim) {
	for _, c := range s.owners[owner] {
		all = append(all, c.view(0))
	}
	return all
}

// Owners returns who has or wants something, sorted.
func (s *Space) Owners() []string { return slices.Sorted(maps.Keys(s.owners)) }

// Order is the order in which several names are to be claimed, so that who claims some of them that way never stands in a cycle with another
// who does: sorted, each once.
func Order(names ...string) []string {
	sorted := slices.Sorted(slices.Values(names))
	return slices.Compact(sorted)
}
