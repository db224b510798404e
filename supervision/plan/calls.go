// SPDX-License-Identifier: Apache-2.0

package plan

func (s *State) refuse(err error) { s.do(Reply{Err: err}) }

// startChild adds a spec and starts it. The spec is kept unless the start fails or a temporary child says ignore.
func (s *State) startChild(spec Child) {
	if s.spec.Dynamic {
		s.startSingle(spec)
		return
	}
	if s.simple() {
		s.refuse(ErrSimpleOneForOne)
		return
	}
	if err := Check(spec, s.spec.AutoShutdown); err != nil {
		s.refuse(err)
		return
	}
	if c := s.kids.byID[spec.ID]; c != nil {
		if c.status == StatusUp {
			s.refuse(&AlreadyStartedError{ID: spec.ID, Ref: c.ref})
		} else {
			s.refuse(ErrAlreadyPresent)
		}
		return
	}
	c := &slot{spec: normal(spec)}
	s.start(c, func(ev Event) {
		switch ev := ev.(type) {
		case Started:
			s.kids.append(c)
			s.kids.set(c, StatusUp, ev.Ref)
			s.do(Reply{Ref: ev.Ref})
		case Ignored:
			if spec.Restart != Temporary {
				s.kids.append(c)
			}
			s.do(Reply{})
		case Failed:
			s.refuse(&StartError{ID: spec.ID, Reason: ev.Reason})
		}
	})
}

// startDynamic starts one more copy of the template. What says ignore or fails leaves nothing behind.
func (s *State) startDynamic(args any) {
	if s.spec.Strategy != SimpleOneForOne {
		s.refuse(ErrNotSimpleOneForOne)
		return
	}
	s.startNameless(&slot{spec: &s.spec.Children[0], args: args})
}

// startNameless starts a child that is known by its reference alone.
func (s *State) startNameless(c *slot) { s.start(c, nil) }

// startedNameless answers the call with the result of the start.
func (s *State) startedNameless(c *slot, ev Event) {
	switch ev := ev.(type) {
	case Started:
		s.kids.append(c)
		s.kids.set(c, StatusUp, ev.Ref)
		s.do(Reply{Ref: ev.Ref})
	case Ignored:
		s.do(Reply{})
	case Failed:
		s.refuse(&StartError{ID: s.named(c), Reason: ev.Reason})
	}
}

func (s *State) terminateChild(id string) {
	if s.simple() {
		s.refuse(s.nameless())
		return
	}
	c := s.kids.byID[id]
	if c == nil {
		s.refuse(ErrNotFound)
		return
	}
	s.terminateSlot(c)
}

func (s *State) terminateRef(ev TerminateRef) {
	c := s.kids.find(ev.Ref)
	switch {
	case s.simple() && c != nil:
		s.terminateSlot(c)
	case s.spec.Dynamic:
		s.refuse(ErrNotFound)
	case s.simple() && (ev.Alive == nil || !ev.Alive(ev.Ref)):
		s.do(Reply{})
	default:
		s.refuse(ErrNotFound)
	}
}

// terminateSlot stops c for good: it ends its retries and waits, and only RestartChild or a group restart brings it back.
func (s *State) terminateSlot(c *slot) {
	s.unwait(c)
	s.stop(c, func() {
		s.down(c)
		s.do(Reply{})
	})
}

// idle returns the child with this id if it is neither running nor restarting, else it refuses the call and returns nil.
func (s *State) idle(id string) *slot {
	c := s.kids.byID[id]
	switch {
	case s.simple():
		s.refuse(s.nameless())
	case c == nil:
		s.refuse(ErrNotFound)
	case c.status == StatusUp:
		s.refuse(ErrRunning)
	case c.status == StatusRestarting:
		s.refuse(ErrRestarting)
	default:
		return c
	}
	return nil
}

// restartChild starts a stopped child by hand. It counts nowhere, whatever comes of it.
func (s *State) restartChild(id string) {
	c := s.idle(id)
	if c == nil {
		return
	}
	s.start(c, func(ev Event) {
		switch ev := ev.(type) {
		case Started:
			s.kids.set(c, StatusUp, ev.Ref)
			s.do(Reply{Ref: ev.Ref})
		case Ignored:
			s.do(Reply{})
		case Failed:
			s.refuse(&StartError{ID: id, Reason: ev.Reason})
		}
	})
}

func (s *State) deleteChild(id string) {
	if c := s.idle(id); c != nil {
		s.kids.remove(c)
		s.do(Reply{})
	}
}

func (s *State) getChild(id string) {
	spec := s.Lookup(id)
	if spec == nil {
		s.refuse(ErrNotFound)
		return
	}
	s.do(Reply{Child: spec})
}
