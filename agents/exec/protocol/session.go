// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"fmt"
	"strconv"
)

// State is where a session stands.
type State int

// The states, in the order in which they follow each other; a session never goes back.
const (
	Starting State = iota // started, no hello yet
	Running               // takes tasks
	Stopping              // asked to exit, or said bye: answers still count, no new tasks
	Killing               // SIGKILL is sent, the exit not seen yet: nothing the program says counts
	Exited                // gone
)

var stateNames = [...]string{"starting", "running", "stopping", "killing", "exited"}

// String names the state.
func (s State) String() string {
	if s >= 0 && int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "state_" + strconv.Itoa(int(s))
}

// Session is the state of one program's life, from start to exit. One owner calls its methods, one at a
// time, and performs the actions each returns; a restart needs a new session.
type Session struct {
	cfg        Config
	state      State
	actions    []Action // collected by the step under way
	armed      map[timerKey]Timer
	generation uint64

	ready    bool // hello was accepted once
	inflight int
	held     []holding // by order of assignment; short, as inflight is small
	closed   history   // ids answered lately

	cause       *Reason // set when the session decided the end
	closeCause  error   // which end of the pipes closed first
	asked       bool    // the owner wanted the end
	inputClosed bool    // CloseInput was given

	watched   bool // hello named a sign-of-life feature
	pings     bool // hello named FeaturePing
	pingCount int
	heard     bool   // a message came since the last interval began
	messages  uint64 // that came in all
	silent    int    // intervals in a row without one

	bids    bool // hello named FeatureBid
	calls   inquiries[Tender]
	badBids int // answers to calls that did not count

	votes    bool // hello named FeatureVote
	polls    inquiries[Poll]
	badVotes int // answers to polls that did not count

	shares       bool     // hello named FeatureVariables, and there are some for the program
	unanswered   []string // ids of lines about variables that the owner has not answered
	badVariables int      // lines about variables that did not count

	junkTotal  int // of the whole life
	junkWindow int // of the window under way
	late       int
}

// NewSession makes the session of a program that was just started, or is about to be. Config must be valid.
func NewSession(cfg Config) *Session {
	cfg = cfg.withDefaults()
	return &Session{cfg: cfg, inflight: cfg.Inflight, armed: map[timerKey]Timer{}}
}

// Begin gives the first actions; it is called once, before anything else.
func (s *Session) Begin() []Action {
	s.arm(StartTimer, "", s.cfg.StartTimeout)
	return s.flush()
}

// State tells where the session stands.
func (s *Session) State() State { return s.state }

// Free is how many more tasks Assign would take now.
func (s *Session) Free() int {
	if s.state != Running || s.inputClosed {
		return 0
	}
	return max(0, s.inflight-len(s.held))
}

// Messages counts what the program has said that could be understood; each message is a sign of life.
func (s *Session) Messages() uint64 { return s.messages }

// Watched reports whether the program has promised signs of life.
func (s *Session) Watched() bool { return s.watched }

// Step takes one input and gives what follows. After [Ended] every input gives nothing.
func (s *Session) Step(in Input) []Action {
	if s.state == Exited {
		return nil
	}
	switch in := in.(type) {
	case ProcessExited:
		s.exited(in.Status)
	case StopAsked:
		s.stopAsked()
	case KillAsked:
		s.killAsked()
	case TimerFired:
		if s.expire(in.Timer) {
			s.timerFired(in.Timer)
		}
	case LineRead:
		s.lineRead(in.Line)
	case LineOverflowed:
		s.end(Reason{Kind: Protocol, Cause: in.Err})
	case OutputEnded:
		s.outputEnded(in.Rest)
	case InputClosed:
		s.pipeClosed(ErrInputClosed)
	case WriteBlocked:
		// While stopping, the stop timers already bound the wait.
		if s.state < Stopping {
			s.end(Reason{Kind: Unhealthy, Cause: ErrWriteBlocked})
		}
	case TaskCancelled:
		s.cancel(in.ID, ErrCancelled)
	default:
		panic(fmt.Sprintf("protocol: step: unknown input %T", in))
	}
	return s.flush()
}

func (s *Session) act(a Action) { s.actions = append(s.actions, a) }

func (s *Session) flush() []Action {
	out := s.actions
	s.actions = nil
	return out
}

// write adds a line for the program while its input is open. The commands given here hold no raw JSON, so
// that they do not encode is a fault of this package.
func (s *Session) write(c Command) {
	if s.inputClosed {
		return
	}
	line, err := Encode(c)
	if err != nil {
		panic(err)
	}
	s.act(WriteLine{Line: line})
}

func (s *Session) closeInput() {
	if !s.inputClosed {
		s.inputClosed = true
		s.act(CloseInput{})
	}
}

func (s *Session) timerFired(t Timer) {
	switch t.Kind {
	case StartTimer:
		s.end(Reason{Kind: StartTimeout, Cause: ErrNoHello})
	case StopTimer:
		if !s.asked {
			s.cause = &Reason{Kind: Unhealthy, Cause: ErrStayed}
		}
		s.act(SignalGroup{Signal: Term})
		s.arm(TermTimer, "", s.cfg.TermGrace)
	case TermTimer:
		if s.cause != nil {
			s.kill(*s.cause)
		} else {
			s.kill(Reason{Kind: Signaled, Signal: sigkill, Asked: s.asked})
		}
	case CloseTimer:
		s.end(Reason{Kind: Protocol, Cause: s.closeCause})
	case PingTimer:
		s.pingDue()
	case JunkTimer:
		s.junkWindow = 0
	case DeadlineTimer:
		s.cancel(t.Task, ErrDeadline)
	case BidTimer:
		s.bidDue(t.Task)
	case VoteTimer:
		s.voteDue(t.Task)
	case CancelTimer:
		if s.state == Running {
			s.end(Reason{Kind: Unhealthy, Cause: ErrCancelIgnored})
		}
	}
}
