// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"strconv"
	"time"
)

// TimerKind is what a timer waits for.
type TimerKind int

// The kinds of timer.
const (
	StartTimer    TimerKind = iota // hello
	StopTimer                      // exit after stop or bye
	TermTimer                      // exit after SIGTERM
	CloseTimer                     // exit after the end of output or input
	PingTimer                      // the next sign of life
	JunkTimer                      // the end of the junk window
	DeadlineTimer                  // the answer to a task
	CancelTimer                    // the answer to a cancelled task
	BidTimer                       // the answer to a call for bids
	VoteTimer                      // the answer to a call for a vote
)

var timerNames = [...]string{"start", "stop", "term", "close", "ping", "junk", "deadline", "cancel", "bid", "vote"}

// String names the kind.
func (k TimerKind) String() string {
	if k >= 0 && int(k) < len(timerNames) {
		return timerNames[k]
	}
	return "timer_" + strconv.Itoa(int(k))
}

// Timer identifies one arming of a timer. It is comparable; [TimerFired] gives it back.
type Timer struct {
	Kind       TimerKind
	Task       string // for DeadlineTimer and CancelTimer; the id of the question for BidTimer and VoteTimer
	Generation uint64 // unique within the session, so that a timer that fired late is recognised
}

type timerKey struct {
	kind TimerKind
	task string
}

// arm adds an ArmTimer; a negative duration means that this limit is off.
func (s *Session) arm(kind TimerKind, task string, after time.Duration) {
	if after < 0 {
		return
	}
	s.disarm(kind, task)
	s.generation++
	t := Timer{Kind: kind, Task: task, Generation: s.generation}
	s.armed[timerKey{kind, task}] = t
	s.act(ArmTimer{Timer: t, After: after})
}

func (s *Session) disarm(kind TimerKind, task string) {
	key := timerKey{kind, task}
	if t, ok := s.armed[key]; ok {
		delete(s.armed, key)
		s.act(DisarmTimer{Timer: t})
	}
}

// disarmAll walks the kinds and the open tasks in a fixed order, so that equal histories give equal actions.
func (s *Session) disarmAll() {
	for kind := StartTimer; kind <= JunkTimer; kind++ {
		s.disarm(kind, "")
	}
	for _, h := range s.held {
		s.disarm(DeadlineTimer, h.task.ID)
		s.disarm(CancelTimer, h.task.ID)
	}
}

// expire tells whether the timer is the armed one, and takes it off.
func (s *Session) expire(t Timer) bool {
	key := timerKey{t.Kind, t.Task}
	if armed, ok := s.armed[key]; !ok || armed != t {
		return false
	}
	delete(s.armed, key)
	return true
}
