// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// Class is all that a supervisor wants to know about an exit.
type Class uint8

// The classes of exits. Only the first three leave a transient child down.
const (
	ClassNormal Class = iota
	ClassShutdown
	ClassShutdownTerm // shutdown with a term
	ClassKilled
	ClassCrash
	ClassNoProc
)

// Reason is why a process ended. Payload belongs to the executor and travels unchanged; only the class decides. A supervisor that could not start its children
// exits with ClassShutdownTerm and a *[StartFailed] payload.
type Reason struct {
	Class   Class
	Payload any
}

// String returns the class in OTP's words and the payload, if there is one.
func (r Reason) String() string {
	text := word(int(r.Class), "normal", "shutdown", "shutdown", "killed", "crash", "noproc")
	if r.Payload == nil {
		return text
	}
	return fmt.Sprintf("%s: %v", text, r.Payload)
}

// StartFailed is the payload of a supervisor's exit when a child failed to start in [Begin].
type StartFailed struct {
	ID     string // the child
	Reason Reason // what its start said
}

// Error names the child and the reason.
func (f *StartFailed) Error() string {
	return fmt.Sprintf("supervision: start child %q: %v", f.ID, f.Reason)
}

// FaultCode is E4109.
func (*StartFailed) FaultCode() fault.Code { return 4109 }

// restarts tells whether a child of type r is started again after an exit of class c.
func (r Restart) restarts(c Class) bool {
	switch r {
	case Permanent:
		return true
	case Transient:
		return c != ClassNormal && c != ClassShutdown && c != ClassShutdownTerm
	default:
		return false
	}
}
