// SPDX-License-Identifier: Apache-2.0

package plan

import "strconv"

// replace changes flags and specs and leaves every process alone. The new order holds; children that the new spec lacks stay behind it in their order.
// The restart counter survives. Any fault changes nothing.
func (s *State) replace(spec Spec) {
	faults := spec.faults()
	if len(faults) == 0 {
		faults = s.changed(spec)
	}
	if len(faults) > 0 {
		s.refuse(faults)
		return
	}
	s.flags(spec)
	var added, kept []string
	switch {
	case s.spec.Dynamic: // the specs came with the children
	case s.simple():
		s.replaceTemplate(spec.Children[0])
	default:
		added, kept = s.replaceChildren(spec.Children)
	}
	s.emit(NoticeReplaced{Added: added, Kept: kept})
	s.do(Reply{})
}

// changed are the faults of a spec that makes the supervisor one of another kind.
func (s *State) changed(spec Spec) (f Faults) {
	if (s.spec.Strategy == SimpleOneForOne) != (spec.Strategy == SimpleOneForOne) {
		f.add(RuleStrategyChange, "strategy", spec.Strategy.String(), "no change to or from simple_one_for_one")
	}
	if s.spec.Dynamic != spec.Dynamic {
		f.add(RuleStrategyChange, "dynamic", strconv.FormatBool(spec.Dynamic), "no change to or from a dynamic supervisor")
	}
	return f
}

func (s *State) replaceTemplate(c Child) {
	s.template(c)
	s.kids.significant = 0
	for c := s.kids.first; c != nil; c = c.next {
		c.spec = &s.spec.Children[0]
		if c.spec.Significant && c.status != StatusStopped {
			s.kids.significant++
		}
	}
}

func (s *State) replaceChildren(specs []Child) (added, kept []string) {
	old := s.kids
	s.kids = newSlots(false, max(old.n, len(specs)))
	for _, spec := range specs {
		if was := old.byID[spec.ID]; was != nil {
			s.adopt(was, normal(spec))
		} else {
			added = append(added, spec.ID)
			s.kids.append(&slot{spec: normal(spec)})
		}
	}
	for was := old.first; was != nil; was = was.next {
		if s.kids.byID[was.spec.ID] == nil {
			kept = append(kept, was.spec.ID)
			s.adopt(was, was.spec)
		}
	}
	s.inherit(old.again)
	return added, kept
}

// adopt enters a child of the old list, with its process, behind the others. It copies, as the old list is still being walked.
func (s *State) adopt(was *slot, spec *Child) {
	c := &slot{spec: spec}
	s.kids.append(c)
	s.kids.set(c, was.status, was.ref)
}
