// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"

	"mabeam.dev/actors/exit"
	"mabeam.dev/internal/kernel"
)

// PID is one incarnation of a process, whatever messages it takes. It is comparable; the zero PID is nobody.
type PID struct{ proc *kernel.Proc }

// IsZero reports whether the PID is nobody.
func (p PID) IsZero() bool { return p.proc == nil }

// Incarnation returns the number that tells this life from all others of the system; 0 for nobody.
func (p PID) Incarnation() uint64 {
	if p.proc == nil {
		return 0
	}
	return p.proc.ID()
}

// Path returns the names from the root of the tree down to the process.
func (p PID) Path() string {
	if p.proc == nil {
		return ""
	}
	return p.proc.Path()
}

// Name returns the last part of the path.
func (p PID) Name() string {
	if p.proc == nil {
		return ""
	}
	return p.proc.Name()
}

// String returns the path and the incarnation.
func (p PID) String() string {
	if p.proc == nil {
		return "nobody"
	}
	return p.proc.String()
}

// Published returns what the process published with [Context.Publish]; nil if nothing, or if it has ended.
func (p PID) Published() any {
	if p.proc == nil {
		return nil
	}
	return p.proc.Published()
}

// Parent returns the process that started and supervises this one; the zero PID if there is none.
func (p PID) Parent() PID {
	if p.proc == nil {
		return PID{}
	}
	return PID{p.proc.Parent()}
}

// Alive reports whether the process has not ended.
func (p PID) Alive() bool { return p.proc != nil && !p.proc.Dead() }

// Reason returns why the process ended; ok is false while it has not. Nobody has ended with NoProc.
func (p PID) Reason() (why Reason, ok bool) {
	if p.proc == nil {
		return exit.ReasonNoProc, true
	}
	return p.proc.Why()
}

// Await waits until the process has ended and returns its reason.
func (p PID) Await(ctx context.Context) (Reason, error) {
	if p.proc == nil {
		return exit.ReasonNoProc, nil
	}
	return p.proc.Await(ctx)
}

// Exit sends the process an exit signal from outside any process. Normal is ignored by a process that does not trap exits; Killed is
// Kill; any other reason ends it after the turn in hand, or arrives as a message if it traps exits.
func (p PID) Exit(why Reason) {
	if p.proc != nil {
		p.proc.Exit(nil, why)
	}
}

// Stop asks the process to end with Shutdown as its parent would: a process that traps exits comes to it in its turn, any other ends
// after the turn in hand. It does not wait.
func (p PID) Stop() {
	if p.proc != nil {
		p.proc.AskExit(exit.ReasonShutdown)
	}
}

// Kill ends the process with reason Killed, at once and whatever it is doing. See the package's guarantees for what that means for a
// handler that is running.
func (p PID) Kill() {
	if p.proc != nil {
		p.proc.Kill()
	}
}
