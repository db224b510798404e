// SPDX-License-Identifier: Apache-2.0

package plan

import "strconv"

// NoChildren as [Spec].MaxChildren lets a Dynamic supervisor have no child at all.
const NoChildren = -1

// Prepare checks the spec of a child for a Dynamic supervisor and fills in its defaults. The result may be shared by any number of children
// and is not to be changed. The error is [Faults].
func Prepare(c Child) (*Child, error) {
	if err := Check(c, Never); err != nil {
		return nil, err
	}
	return normal(c), nil
}

// startSingle starts a child whose spec nobody else has.
func (s *State) startSingle(c Child) {
	spec, err := Prepare(c)
	if err != nil {
		s.refuse(err)
		return
	}
	s.startOwn(StartOwn{Child: spec})
}

// startOwn starts one more child of a Dynamic supervisor. What says ignore or fails leaves nothing behind.
func (s *State) startOwn(ev StartOwn) {
	switch {
	case !s.spec.Dynamic:
		s.refuse(ErrNotDynamic)
	case s.full():
		s.refuse(ErrMaxChildren)
	default:
		c := &slot{spec: ev.Child, args: ev.Args}
		s.startNameless(c)
		if c.spec.Restart == Temporary {
			c.args = nil // only a restart would need them again
		}
	}
}

// full tells whether there is no room for another child. Running and restarting children count; there are no others.
func (s *State) full() bool {
	return s.spec.MaxChildren == NoChildren || s.spec.MaxChildren > 0 && s.kids.n >= s.spec.MaxChildren
}

// nameless is the refusal of a call by id where children have none.
func (s *State) nameless() error {
	if s.spec.Dynamic {
		return ErrDynamic
	}
	return ErrSimpleOneForOne
}

// named is what a caller knows a nameless child by that did not start: the id in the spec that it came with.
func (s *State) named(c *slot) string {
	if s.spec.Dynamic {
		return c.spec.ID
	}
	return ""
}

// stopping is the stop of all children that are up: under their template's one time, or each under its own.
func (s *State) stopping(up []*slot, refs []Ref) StopAll {
	if !s.spec.Dynamic {
		return StopAll{Refs: refs, Shutdown: s.spec.Children[0].Shutdown}
	}
	each := make([]Shutdown, len(up))
	for i, c := range up {
		each[i] = c.spec.Shutdown
	}
	return StopAll{Refs: refs, Each: each}
}

// dynamic adds the faults of the fields about Dynamic supervisors.
func (f *Faults) dynamic(s Spec) {
	if s.Dynamic {
		if s.Strategy != OneForOne {
			f.add(RuleDynamic, "strategy", s.Strategy.String(), "one_for_one, as the supervisor is dynamic")
		}
		if s.AutoShutdown != Never {
			f.add(RuleDynamic, "auto_shutdown", s.AutoShutdown.String(), "never, as the supervisor is dynamic")
		}
		if len(s.Children) > 0 {
			f.add(RuleDynamic, "children", strconv.Itoa(len(s.Children))+" children", "none, as the supervisor is dynamic")
		}
	}
	switch {
	case s.MaxChildren < NoChildren:
		f.add(RuleMaxChildren, "max_children", strconv.Itoa(s.MaxChildren), "0 or more, or NoChildren")
	case s.MaxChildren != 0 && !s.Dynamic:
		f.add(RuleMaxChildren, "max_children", strconv.Itoa(s.MaxChildren), "0, as the supervisor is not dynamic")
	}
}
