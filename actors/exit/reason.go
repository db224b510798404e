// SPDX-License-Identifier: Apache-2.0

package exit

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// Kind is the class of a [Reason]; it decides what links, monitors and supervisors do with it.
type Kind uint8

// The kinds of exit reason.
const (
	// Normal: the behaviour returned its stop value. Links ignore it.
	Normal Kind = iota
	// Shutdown: an ordered end, asked for by the parent or by the process itself. A transient child is not restarted.
	Shutdown
	// Killed: the process was killed; it could not refuse and ran no Terminate.
	Killed
	// Crash: an error was returned, or a callback panicked.
	Crash
	// NoProc: there was no such process to link to, to monitor or to call.
	NoProc
)

// String returns OTP's word for the kind.
func (k Kind) String() string {
	switch k {
	case Normal:
		return "normal"
	case Shutdown:
		return "shutdown"
	case Killed:
		return "killed"
	case Crash:
		return "crash"
	case NoProc:
		return "noproc"
	}
	return fmt.Sprintf("exit.Kind(%d)", uint8(k))
}

// Reason is why a process ended. The zero value is Normal.
type Reason struct {
	kind   Kind
	detail any // the term of a Shutdown, or the *CrashError of a Crash
}

// Values of the reasons that carry nothing.
var (
	ReasonNormal   = Reason{kind: Normal}
	ReasonShutdown = Reason{kind: Shutdown}
	ReasonKilled   = Reason{kind: Killed}
	ReasonNoProc   = Reason{kind: NoProc}
)

// ShutdownWith returns the reason {shutdown, term} of OTP: an ordered end that says why. The term must be immutable.
func ShutdownWith(term any) Reason { return Reason{kind: Shutdown, detail: term} }

// CrashOf returns the reason of a crash. A nil error is itself a fault of the caller and becomes a crash that says so.
func CrashOf(e *CrashError) Reason {
	if e == nil {
		e = &CrashError{Cause: errNilCrash}
	}
	return Reason{kind: Crash, detail: e}
}

// Kind returns the class of the reason.
func (r Reason) Kind() Kind { return r.kind }

// Term returns the term of a Shutdown that carries one.
func (r Reason) Term() (any, bool) {
	if r.kind != Shutdown || r.detail == nil {
		return nil, false
	}
	return r.detail, true
}

// CrashError returns what crashed; nil unless the kind is Crash.
func (r Reason) CrashError() *CrashError {
	e, _ := r.detail.(*CrashError)
	return e
}

// Abnormal reports whether the reason calls for the restart of a transient child: every kind but Normal and Shutdown.
func (r Reason) Abnormal() bool { return r.kind != Normal && r.kind != Shutdown }

// String renders the reason on one line: normal, shutdown, "shutdown: term", killed, "crash: error", noproc.
func (r Reason) String() string {
	switch {
	case r.kind == Crash:
		return "crash: " + r.CrashError().Error()
	case r.detail != nil:
		return fmt.Sprintf("%s: %v", r.kind, r.detail)
	}
	return r.kind.String()
}

// Error is a reason as an error: the cause of a cancelled process context.
type Error struct {
	// Reason is why the process ended.
	Reason Reason
}

// Error renders the reason.
func (e *Error) Error() string { return "actors: process ended: " + e.Reason.String() }

// FaultCode is E3103.
func (*Error) FaultCode() fault.Code { return 3103 }

// Unwrap returns the crash behind the reason, if it was one.
func (e *Error) Unwrap() error {
	if c := e.Reason.CrashError(); c != nil {
		return c
	}
	return nil
}
