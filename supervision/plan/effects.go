// SPDX-License-Identifier: Apache-2.0

package plan

// start runs the start of c and hands the result on, to startedNameless if then is nil. It leaves the state of c alone: what a result means depends on who started.
func (s *State) start(c *slot, then func(Event)) {
	s.do(Start{Child: c.spec, Args: c.args})
	s.starting, s.then = c, then
	s.resume = s.onStart
}

// started takes the result of a start. It is a method, and not made for each start, because starts are many.
func (s *State) started(ev Event) {
	c, then := s.starting, s.then
	s.starting, s.then = nil, nil
	id := c.id(s.simple())
	switch ev := ev.(type) {
	case Started:
		s.kids.cameUp(c, ev.Now)
		if s.heard() {
			s.emit(NoticeStarted{ID: id, Ref: ev.Ref})
		}
		s.arm(c, ev.Chance)
	case Ignored:
		s.emit(NoticeIgnored{ID: id})
	case Failed:
		s.emit(NoticeStartFailed{ID: id, Reason: ev.Reason})
	default:
		misuse(ev, "a start result is awaited")
	}
	if then == nil {
		s.startedNameless(c, ev)
		return
	}
	then(ev)
}

// stop stops c if it has a process. Then c has none, and then runs.
func (s *State) stop(c *slot, then func()) { s.stopWith(c, nil, then) }

// stopWith is stop with a term that tells the child why.
func (s *State) stopWith(c *slot, term any, then func()) {
	if c.status != StatusUp {
		then()
		return
	}
	ref := c.ref
	s.do(Stop{ID: c.id(s.simple()), Ref: ref, Shutdown: c.spec.Shutdown, Term: term})
	s.resume = func(ev Event) {
		result, ok := ev.(Stopped)
		if !ok {
			misuse(ev, "a stop result is awaited")
		}
		s.stopped(c, ref, result)
		then()
	}
}

// stopped takes note of the answer to a stop. An odd reason is reported and has no other effect.
func (s *State) stopped(c *slot, ref Ref, result Stopped) {
	id := c.id(s.simple())
	switch {
	case !s.heard():
	case expected(c.spec, result):
		s.emit(NoticeStopped{ID: id, Ref: ref, Reason: result.Reason})
	default:
		s.emit(NoticeShutdownError{ID: id, Ref: ref, Reason: result.Reason, TimedOut: result.TimedOut})
	}
	s.disarm(c)
	s.kids.set(c, StatusStopped, nil)
}

func expected(spec *Child, result Stopped) bool {
	if spec.Shutdown == Brutal {
		return result.Reason.Class == ClassKilled
	}
	switch result.Reason.Class {
	case ClassShutdown, ClassShutdownTerm:
		return true
	case ClassNormal:
		return spec.Restart != Permanent
	default:
		return false
	}
}

// stopBack stops the children from c back to the one behind limit, in reverse start order, one after another.
// Temporary children are forgotten when forget is set.
func (s *State) stopBack(c, limit *slot, forget bool, then func()) {
	for c != limit {
		if c.status == StatusUp {
			s.stop(c, func() { s.stopBack(s.past(c, forget), limit, forget, then) })
			return
		}
		c = s.past(c, forget)
	}
	then()
}

// past returns the child before c, after what a group stop leaves of c.
func (s *State) past(c *slot, forget bool) *slot {
	prev := c.prev
	s.unwait(c)
	if forget && c.spec.Restart == Temporary {
		s.kids.remove(c)
	} else {
		s.kids.set(c, StatusStopped, nil)
	}
	return prev
}

// terminate stops every child and exits.
func (s *State) terminate(why Reason) {
	exit := func() {
		s.phase = phaseEnded
		s.do(Exit{Reason: why})
	}
	if s.simple() {
		s.stopAll(exit)
		return
	}
	s.stopBack(s.kids.last, nil, false, exit)
}

func (s *State) stopAll(then func()) {
	up, refs := make([]*slot, 0, s.kids.n), make([]Ref, 0, s.kids.n)
	for c := s.kids.first; c != nil; c = c.next {
		if c.status == StatusUp {
			up, refs = append(up, c), append(refs, c.ref)
		}
	}
	if len(up) == 0 {
		then()
		return
	}
	s.do(s.stopping(up, refs))
	s.resume = func(ev Event) {
		all, ok := ev.(AllStopped)
		if !ok || len(all.Results) != len(up) {
			misuse(ev, "the results of all stops are awaited")
		}
		for i, c := range up {
			s.stopped(c, refs[i], all.Results[i])
		}
		then()
	}
}
