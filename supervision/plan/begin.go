// SPDX-License-Identifier: Apache-2.0

package plan

// begin starts every child in order. The first failure undoes what is up; there is no retry and nothing counts.
func (s *State) begin() {
	if s.simple() {
		s.do(Ready{})
		return
	}
	s.startFrom(s.kids.first, func(failed *slot, why Reason) {
		if failed == nil {
			s.do(Ready{})
			return
		}
		s.terminate(Reason{Class: ClassShutdownTerm, Payload: &StartFailed{ID: failed.spec.ID, Reason: why}})
	})
}

// startFrom starts c and all children behind it, in order. It ends with the first failure or with a nil child.
func (s *State) startFrom(c *slot, then func(failed *slot, why Reason)) {
	if c == nil {
		then(nil, Reason{})
		return
	}
	s.start(c, func(ev Event) {
		next := c.next
		switch ev := ev.(type) {
		case Started:
			s.kids.set(c, StatusUp, ev.Ref)
		case Ignored:
			if c.spec.Restart == Temporary {
				s.kids.remove(c)
			} else {
				s.kids.set(c, StatusStopped, nil)
			}
		case Failed:
			then(c, ev.Reason)
			return
		}
		s.startFrom(next, then)
	})
}
