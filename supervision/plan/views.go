// SPDX-License-Identifier: Apache-2.0

package plan

import "time"

// Lookup returns the spec of a child, or of the template, or nil. The spec is not to be changed.
func (s *State) Lookup(id string) *Child {
	if s.spec.Strategy == SimpleOneForOne {
		if template := &s.spec.Children[0]; template.ID == id {
			return template
		}
		return nil
	}
	if c := s.kids.byID[id]; c != nil {
		return c.spec
	}
	return nil
}

// Ref returns the present process of a child; nil when it has none. Children of a SimpleOneForOne supervisor have no id.
func (s *State) Ref(id string) Ref {
	if c := s.kids.byID[id]; c != nil && c.status == StatusUp {
		return c.ref
	}
	return nil
}

// Children returns one entry per child, latest start first.
func (s *State) Children() []ChildInfo {
	infos := make([]ChildInfo, 0, s.kids.n)
	for c := s.kids.last; c != nil; c = c.prev {
		info := ChildInfo{ID: c.id(s.simple()), Status: c.status, Kind: c.spec.Kind, Waits: s.kids.waiting(c)}
		if c.status == StatusUp {
			info.Ref = c.ref
		}
		infos = append(infos, info)
	}
	return infos
}

// Restarts returns how many attempts are in the window at now, and what is allowed.
func (s *State) Restarts(now time.Duration) Attempt {
	return Attempt{N: s.window.at(now), Max: s.window.max(), Within: s.window.limit.Within}
}

func (s *State) count(alive func(Ref) bool) Counts {
	var n Counts
	for c := s.kids.first; c != nil; c = c.next {
		n.Specs++
		if c.spec.Kind == Supervisor {
			n.Supervisors++
		} else {
			n.Workers++
		}
		// A dynamic child counts until its notice is handled, as in OTP.
		if c.status == StatusUp && (s.simple() || alive == nil || alive(c.ref)) {
			n.Active++
		}
	}
	if s.spec.Strategy == SimpleOneForOne {
		n.Specs = 1
	}
	return n
}
