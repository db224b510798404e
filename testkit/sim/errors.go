// SPDX-License-Identifier: Apache-2.0

package sim

import (
	"fmt"
	"strings"

	"mabeam.dev/actors/fault"
)

// Errors of a run. Match with errors.Is.
var (
	// ErrForeignDeadline is returned when something in the simulation waits under a context that ends at a time of the operating system's
	// clock. Use Context.WithTimeout of the process.
	ErrForeignDeadline = fault.New(9801, "sim: a context with a deadline of another clock")
	// ErrSteps is returned when a run takes more steps than it may: it goes round in circles, or needs a higher limit.
	ErrSteps = fault.New(9802, "sim: too many steps")
	// ErrStuck is returned when a turn neither ends nor waits through the runtime: it blocks on something that the simulation does not know
	// of, or does not end.
	ErrStuck = fault.New(9803, "sim: a turn blocks outside the runtime")
	// ErrEnded is returned when the body ends its goroutine, as the methods of a *testing.T do that end a test. Give assertions the [Sim].
	ErrEnded = fault.New(9804, "sim: the body ended its goroutine: give assertions the Sim and not the test")
	// ErrTimerBlocks is returned when the function of a timer waits. It runs between turns, where nobody can be let run meanwhile.
	ErrTimerBlocks = fault.New(9805, "sim: a timer's function blocks")
)

// DeadlockError is returned when nobody can run, no timer is armed, and somebody waits; or when somebody still waits at the end of a run
// though all processes have been killed.
type DeadlockError struct {
	Waits []string // who waits for what, and of whom
	Left  bool     // at the end of the run
}

// Error lists who waits.
func (e *DeadlockError) Error() string {
	if e.Left {
		return "sim: left waiting at the end, whatever is killed: " + strings.Join(e.Waits, "; ")
	}
	return "sim: deadlock: " + strings.Join(e.Waits, "; ")
}

// FaultCode is E9806.
func (*DeadlockError) FaultCode() fault.Code { return 9806 }

// FailureError is a failure that the body of a simulation, or what runs in it, reported itself.
type FailureError struct {
	Text string // as it was given
	Then error  // what else broke the run after that; may be nil
}

// Error returns the text.
func (e *FailureError) Error() string {
	if e.Then == nil {
		return e.Text
	}
	return e.Text + "\nand then " + e.Then.Error()
}

// FaultCode is E9807.
func (*FailureError) FaultCode() fault.Code { return 9807 }

// Unwrap returns what broke the run after that.
func (e *FailureError) Unwrap() error { return e.Then }

// PanicError is a panic of the body, or of a timer's function.
type PanicError struct {
	Value any    // what panic was called with
	Stack []byte // where
}

// Error shows the panic and where it was.
func (e *PanicError) Error() string {
	var b strings.Builder
	b.WriteString("sim: panic: ")
	fmt.Fprintln(&b, e.Value)
	b.Write(e.Stack)
	return b.String()
}

// FaultCode is E9808.
func (*PanicError) FaultCode() fault.Code { return 9808 }
