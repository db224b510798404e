// SPDX-License-Identifier: Apache-2.0

package plan

// exited handles the death of a process. Only a child that is up is meant: late notices of stopped children and strangers are ignored.
func (s *State) exited(ev ChildExited) {
	c := s.kids.find(ev.Ref)
	if c == nil || c.status != StatusUp {
		return
	}
	s.disarm(c)
	restarts := c.spec.Restart.restarts(ev.Reason.Class)
	s.emit(NoticeExited{ID: c.id(s.simple()), Ref: ev.Ref, Reason: ev.Reason, Restarts: restarts})
	if restarts {
		s.attempt(c)
		return
	}
	s.down(c)
	s.ended(c)
}

// down leaves c without a process: temporary and dynamic children are forgotten, others keep their spec.
func (s *State) down(c *slot) {
	if s.simple() || c.spec.Restart == Temporary {
		s.kids.remove(c)
	} else {
		s.kids.set(c, StatusStopped, nil)
	}
}

// attempt enters one restart attempt of c in the window and performs it, or gives up. A limit of the child's own comes first.
func (s *State) attempt(c *slot) {
	if s.limited(c) {
		return
	}
	allowed := s.window.add(s.now)
	try := Attempt{N: s.window.len(), Max: s.window.max(), Within: s.window.limit.Within}
	if !allowed {
		s.emit(NoticeGaveUp{ID: c.id(s.simple()), Attempt: try})
		s.down(c)
		s.terminate(Reason{Class: ClassShutdown})
		return
	}
	s.emit(NoticeRestarting{ID: c.id(s.simple()), Ref: c.ref, Attempt: try, Group: s.spec.Strategy})
	s.owe(c)
	s.restart(c)
}

// restart performs the attempt that was decided, or what a wait left of it.
func (s *State) restart(c *slot) {
	switch s.spec.Strategy {
	case OneForAll:
		s.restartGroup(c, nil)
	case RestForOne:
		s.restartGroup(c, c.prev)
	default:
		if !s.holds(c, c.ref) {
			s.restartOne(c)
		}
	}
}

// restartOne restarts c alone. A success resets nothing.
func (s *State) restartOne(c *slot) {
	s.kids.set(c, StatusRestarting, c.ref)
	s.start(c, func(ev Event) {
		switch ev := ev.(type) {
		case Started:
			s.kids.set(c, StatusUp, ev.Ref)
		case Ignored:
			if s.simple() {
				s.kids.remove(c) // OTP 25 keeps an entry without a process, which later crashes it
			} else {
				s.kids.set(c, StatusStopped, nil)
			}
		case Failed:
			s.tryAgain(c, c.ref)
		}
	})
}

// restartGroup stops the children behind limit in reverse order and starts every spec left there, also those that had no process before. A wait is between the two;
// after it the group is stopped once more, as somebody may have started a member meanwhile. A member that fails to start gets the retry.
func (s *State) restartGroup(c, limit *slot) {
	crashed := c.ref
	s.kids.set(c, StatusStopped, nil)
	s.stopBack(s.kids.last, limit, true, func() {
		if s.holds(c, crashed) {
			return
		}
		s.startFrom(s.kids.after(limit), func(failed *slot, _ Reason) {
			switch failed {
			case nil:
			case c:
				s.tryAgain(c, crashed)
			default:
				s.tryAgain(failed, nil)
			}
		})
	})
}

// tryAgain leaves c restarting and has the attempt repeated behind what waits in the mailbox.
func (s *State) tryAgain(c *slot, last Ref) {
	s.kids.set(c, StatusRestarting, last)
	key := RetryKey{id: c.id(s.simple())}
	if s.simple() {
		key.ref = last
	}
	s.do(PostRetry{Key: key})
}

// retry repeats a failed restart unless the child was stopped, started or forgotten meanwhile.
func (s *State) retry(key RetryKey) {
	c := s.kids.byID[key.id]
	if s.simple() {
		c = s.kids.find(key.ref)
	}
	if c != nil && c.status == StatusRestarting {
		s.attempt(c)
	}
}
