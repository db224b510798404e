// SPDX-License-Identifier: Apache-2.0

package plan

// exited handles the death of a process. Only a child that is up is meant: late notices of stopped children and strangers are ignored.
func (s *State) exited(ev ChildExited) {
	c := s.kids.byRef[ev.Ref]
	if c == nil || c.status != StatusUp {
		return
	}
	restarts := s.restarts(c.spec.Restart, ev.Reason.Class)
	s.emit(NoticeExited{ID: c.id(s.simple()), Ref: ev.Ref, Reason: ev.Reason, Restarts: restarts})
	if restarts {
		s.attempt(c, ev.Reason)
		return
	}
	s.down(c, s.bug == bugTemporaryKeptAtExit)
	s.ended(c)
}

func (s *State) restarts(r Restart, c Class) bool {
	switch {
	case s.bug == bugTransientShutdownRestarts && r == Transient:
		return c != ClassNormal
	case s.bug == bugTransientKilledStays && c == ClassKilled:
		return r == Permanent
	case s.bug == bugPermanentNormalStays && r == Permanent:
		return c != ClassNormal
	}
	return r.restarts(c)
}

// down leaves c without a process: temporary and dynamic children are forgotten, others keep their spec.
func (s *State) down(c *slot, keep bool) {
	if s.simple() || c.spec.Restart == Temporary && !keep {
		s.kids.remove(c)
	} else {
		s.kids.set(c, StatusStopped, nil)
	}
}

// attempt enters one restart attempt of c in the window and performs it, or gives up.
func (s *State) attempt(c *slot, why Reason) {
	allowed := s.window.add(s.now, s.bug)
	try := Attempt{N: s.window.len(), Max: s.window.max(), Within: s.window.limit.Within}
	if !allowed {
		s.emit(NoticeGaveUp{ID: c.id(s.simple()), Attempt: try})
		s.down(c, false)
		if s.bug != bugGiveUpWithChildReason {
			why = Reason{Class: ClassShutdown}
		}
		s.terminate(why)
		return
	}
	s.emit(NoticeRestarting{ID: c.id(s.simple()), Ref: c.ref, Attempt: try, Group: s.spec.Strategy})
	s.restart(c)
}

func (s *State) restart(c *slot) {
	switch s.group() {
	case OneForAll:
		s.restartGroup(c, nil)
	case RestForOne:
		s.restartGroup(c, c.prev)
	default:
		s.restartOne(c)
	}
}

func (s *State) group() Strategy {
	switch {
	case s.bug == bugRestForOneTakesAll && s.spec.Strategy == RestForOne:
		return OneForAll
	case s.bug == bugOneForAllTakesRest && s.spec.Strategy == OneForAll:
		return RestForOne
	}
	return s.spec.Strategy
}

// restartOne restarts c alone.
func (s *State) restartOne(c *slot) {
	s.kids.set(c, StatusRestarting, c.ref)
	s.start(c, func(ev Event) {
		switch ev := ev.(type) {
		case Started:
			s.kids.set(c, StatusUp, ev.Ref)
			s.succeeded()
		case Ignored:
			switch {
			case s.bug == bugIgnoreOnRestartRetried:
				s.tryAgain(c, c.ref)
			case s.simple():
				s.kids.remove(c) // OTP 25 keeps an entry without a process, which later crashes it
			default:
				s.kids.set(c, StatusStopped, nil)
			}
		case Failed:
			s.tryAgain(c, c.ref)
		}
	})
}

// succeeded is called when an attempt worked. A success resets nothing.
func (s *State) succeeded() {
	if s.bug == bugSuccessResetsWindow {
		s.window.reset()
	}
}

// restartGroup stops the children behind limit in reverse order and starts every spec left there, also those that had no process before. A member that fails to
// start gets the retry.
func (s *State) restartGroup(c, limit *slot) {
	crashed := c.ref
	s.kids.set(c, StatusStopped, nil)
	s.stopBack(s.kids.last, limit, true, func() {
		s.startFrom(s.kids.after(limit), func(failed *slot, _ Reason) {
			switch failed {
			case nil:
				s.succeeded()
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
	if s.bug == bugRetryBeforeMailbox {
		s.retry(key)
		return
	}
	s.do(PostRetry{Key: key})
}

// retry repeats a failed restart unless the child was stopped, started or forgotten meanwhile.
func (s *State) retry(key RetryKey) {
	c := s.kids.byID[key.id]
	if s.simple() {
		c = s.kids.byRef[key.ref]
	}
	switch {
	case c == nil:
	case c.status == StatusRestarting && s.bug == bugRetryNotCounted:
		s.restart(c)
	case c.status == StatusRestarting:
		s.attempt(c, Reason{Class: ClassCrash})
	}
}
