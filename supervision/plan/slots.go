// SPDX-License-Identifier: Apache-2.0

package plan

// slot is one child: its spec and what became of it. Children of a SimpleOneForOne supervisor share one spec.
type slot struct {
	spec       *Child
	args       any // of StartDynamic
	ref        Ref // of the present process, or of the last one while restarting
	prev, next *slot
	status     Status
}

// id is what the child is called in calls and notices.
func (c *slot) id(simple bool) string {
	if simple {
		return ""
	}
	return c.spec.ID
}

// slots are the children of a supervisor in start order, found by id and by reference in constant time.
type slots struct {
	first, last *slot
	n           int
	byID        map[string]*slot // static children
	byRef       map[Ref]*slot    // children up, and restarting ones by their last reference; without those that their reference names
	significant int              // significant children up or restarting
	again       map[*slot]*again // children with a Backoff; apart, as most have none
}

func newSlots(simple bool, n int) slots {
	s := slots{byRef: map[Ref]*slot{}}
	if !simple {
		s.byID = make(map[string]*slot, n)
	}
	return s
}

// append adds c, which must not be there, behind all others.
func (s *slots) append(c *slot) {
	c.prev, c.next = s.last, nil
	if s.last == nil {
		s.first = c
	} else {
		s.last.next = c
	}
	s.last = c
	s.n++
	if s.byID != nil {
		s.byID[c.spec.ID] = c
	}
}

// remove forgets c.
func (s *slots) remove(c *slot) {
	s.set(c, StatusStopped, nil)
	if c.prev == nil {
		s.first = c.next
	} else {
		c.prev.next = c.next
	}
	if c.next == nil {
		s.last = c.prev
	} else {
		c.next.prev = c.prev
	}
	c.prev, c.next = nil, nil
	s.n--
	delete(s.again, c)
	if s.byID != nil {
		delete(s.byID, c.spec.ID)
	}
}

// set changes what c is doing and keeps the indexes and the counter right.
func (s *slots) set(c *slot, status Status, ref Ref) {
	s.countSignificant(c, -1)
	if c.ref != nil && c.ref != ref && !s.names(c.ref, c) {
		delete(s.byRef, c.ref)
	}
	if ref != nil && c.ref != ref && !s.names(ref, c) {
		s.byRef[ref] = c
	}
	c.status, c.ref = status, ref
	s.countSignificant(c, +1)
}

// Named is a reference that knows what its process is called. Most processes are called by the id of their child: such a child is found by its id
// and needs no entry of its own under the reference, which among a million children is one cold place less to go to.
type Named interface {
	// Name returns what the process is called; it never changes.
	Name() string
}

// names tells whether ref leads to c by its name alone.
func (s *slots) names(ref Ref, c *slot) bool {
	if s.byID == nil {
		return false
	}
	n, ok := ref.(Named)
	return ok && n.Name() == c.spec.ID
}

// find returns the child whose present or last reference is ref, nil if there is none.
func (s *slots) find(ref Ref) *slot {
	if s.byID != nil {
		if n, ok := ref.(Named); ok {
			if c := s.byID[n.Name()]; c != nil && c.ref == ref {
				return c
			}
		}
	}
	return s.byRef[ref]
}

func (s *slots) countSignificant(c *slot, by int) {
	if c.status != StatusStopped && c.spec.Significant {
		s.significant += by
	}
}

// after returns the child behind c, the first one if c is nil.
func (s *slots) after(c *slot) *slot {
	if c == nil {
		return s.first
	}
	return c.next
}
