// SPDX-License-Identifier: Apache-2.0

package protocol

// sigkill is the signal number that a killed task is told of before the exit is seen; 9 on every system
// that has the signal.
const sigkill = 9

// end is the session's own decision to end the program; the first one stands.
func (s *Session) end(r Reason) {
	if s.state >= Killing {
		return
	}
	r.Asked = s.asked
	s.cause = &r
	s.kill(r)
}

// kill sends SIGKILL and gives up on all that was still expected. The signal comes first: an owner that
// gives the failed tasks to another agent must not have two at work for longer than it must.
func (s *Session) kill(r Reason) {
	s.state = Killing
	s.act(SignalGroup{Signal: Kill})
	s.disarmAll()
	s.failHeld(r)
	s.failQuestions(&DownError{Reason: r})
	s.unanswered = nil
}

func (s *Session) killAsked() {
	if s.state >= Killing {
		return
	}
	s.asked = true
	s.kill(Reason{Kind: Signaled, Signal: sigkill, Asked: true})
}

// stopAsked begins the clean end: stop line, end of input, then the timers of timerFired.
func (s *Session) stopAsked() {
	if s.state >= Killing {
		return
	}
	s.asked = true
	if s.state < Stopping {
		s.write(Stop{GraceMS: max(0, s.cfg.StopGrace.Milliseconds())})
		s.leave()
	}
}

// bye is the program's own wish to end. Its exit is expected within the same grace as after stop.
func (s *Session) bye() {
	if s.state < Stopping {
		s.act(Leaving{})
		s.leave()
	}
}

// leave enters stopping. Held tasks may still be answered, so their deadlines stay.
func (s *Session) leave() {
	s.state = Stopping
	s.disarm(StartTimer, "")
	s.disarm(PingTimer, "")
	s.disarm(CloseTimer, "")
	s.failQuestions(ErrStopping)
	s.closeInput()
	s.arm(StopTimer, "", s.cfg.StopGrace)
}

func (s *Session) outputEnded(rest []byte) {
	if s.state >= Killing {
		return
	}
	if !Blank(rest) {
		s.junk(junkLine(Truncated, rest, "output ended within the line"))
	}
	s.pipeClosed(ErrOutputClosed)
}

// pipeClosed waits a little for the exit that usually follows; a program that lives on without its output
// or input can do no work.
func (s *Session) pipeClosed(cause error) {
	if s.state >= Stopping || s.closeCause != nil {
		return
	}
	s.closeCause = cause
	s.closeInput()
	s.arm(CloseTimer, "", s.cfg.CloseGrace)
}

func (s *Session) exited(status Status) {
	r := status.reason(s.ready, s.asked)
	if s.cause != nil {
		r = *s.cause
	}
	s.disarmAll()
	s.failHeld(r)
	s.failQuestions(&DownError{Reason: r})
	s.unanswered = nil
	s.state = Exited
	s.act(Ended{Reason: r, Status: status, Junk: s.junkTotal, Late: s.late})
}
