// SPDX-License-Identifier: Apache-2.0

package protocol

import (
	"fmt"
	"strconv"
)

// ReasonKind is the closed set of ways in which a program's life ends.
type ReasonKind int

// The kinds of reason.
const (
	// Normal is exit status 0 after hello, with or without bye.
	Normal ReasonKind = iota
	// ExitStatus is an exit with the status in Reason.Code: not 0, or 0 before hello.
	ExitStatus
	// Signaled is death by the signal in Reason.Signal, from outside or at the owner's wish.
	Signaled
	// Protocol is an end by the session because the program broke the protocol; Reason.Cause says how.
	Protocol
	// Unhealthy is an end by the session because the program stopped answering; Reason.Cause says what.
	Unhealthy
	// StartTimeout is an end by the session because no hello came in time.
	StartTimeout
)

// String is the word that logs, metrics and restart rules use.
func (k ReasonKind) String() string {
	switch k {
	case Normal:
		return "normal"
	case ExitStatus:
		return "exit"
	case Signaled:
		return "signal"
	case Protocol:
		return "protocol"
	case Unhealthy:
		return "unhealthy"
	case StartTimeout:
		return "start_timeout"
	}
	return "reason_" + strconv.Itoa(int(k))
}

// Reason is how a program ended. When the session ended it, the kind is why, not the signal that did it.
type Reason struct {
	Kind   ReasonKind
	Code   int   // for ExitStatus
	Signal int   // for Signaled
	Asked  bool  // the owner had asked for the end before it came: a shutdown, not a crash
	Cause  error // for Protocol, Unhealthy and StartTimeout
}

// Crashed reports whether the end was neither normal nor asked for, which is when a transient child is restarted.
func (r Reason) Crashed() bool { return r.Kind != Normal && !r.Asked }

// String says the kind, its number or cause, and whether the end was asked for.
func (r Reason) String() string {
	s := r.Kind.String()
	switch r.Kind {
	case ExitStatus:
		s = fmt.Sprintf("exit %d", r.Code)
	case Signaled:
		s = fmt.Sprintf("signal %d", r.Signal)
	case Normal, Protocol, Unhealthy, StartTimeout:
		if r.Cause != nil {
			s += " (" + r.Cause.Error() + ")"
		}
	}
	if r.Asked {
		s += ", asked"
	}
	return s
}

// Status is what the operating system told of an exit: a signal number, or an exit code when Signal is 0.
type Status struct {
	Code   int
	Signal int
}

func (s Status) reason(ready, asked bool) Reason {
	switch {
	case s.Signal != 0:
		return Reason{Kind: Signaled, Signal: s.Signal, Asked: asked}
	case s.Code != 0 || !(ready || asked):
		return Reason{Kind: ExitStatus, Code: s.Code, Asked: asked}
	}
	return Reason{Kind: Normal, Asked: asked}
}
