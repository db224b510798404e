// SPDX-License-Identifier: Apache-2.0

package plan

import "time"

// Ref names one incarnation of a child: any comparable value but nil, never reused.
type Ref = any

// Event is what happens to a supervisor: a notice, a management call or the result of an effect.
type Event interface{ event() }

// Begin starts the children of the spec. It ends in [Ready] or, when a start fails, in [Exit].
type Begin struct{}

// ChildExited is the notice that a process died. A Ref that is no running child is ignored.
type ChildExited struct {
	Ref    Ref
	Reason Reason
	Now    time.Duration // monotonic, since any fixed instant
	Chance float64       // random, 0 or more and less than 1; for the jitter of a Backoff
}

// RetryDue is the notice that [PostRetry] asked for, with its key.
type RetryDue struct {
	Key    RetryKey
	Now    time.Duration // monotonic, since the same instant as in ChildExited
	Chance float64       // as in ChildExited
}

// RetryKey names a child whose restart failed. It is opaque.
type RetryKey struct {
	id  string
	ref Ref
}

// WaitOver is the notice that [Wait] asked for, with its key.
type WaitOver struct{ Key WaitKey }

// WaitKey names one wait. It is opaque, comparable and never reused.
type WaitKey struct{ n uint64 }

// ParentExit is the exit signal of the parent: children stop and the supervisor exits with the same reason.
type ParentExit struct{ Reason Reason }

// StartChild is the call that adds a child and starts it.
type StartChild struct{ Child Child }

// StartDynamic is the call that starts one more child of a SimpleOneForOne supervisor.
type StartDynamic struct{ Args any } // Args are handed to Start, now and at each restart

// StartOwn is the call that starts one more child of a Dynamic supervisor. It costs no memory for the spec, which children may share.
type StartOwn struct {
	Child *Child // checked and completed by Prepare; not to be changed
	Args  any    // handed to Start, now and at each restart
}

// TerminateChild is the call that stops a child by its id.
type TerminateChild struct{ ID string }

// TerminateRef is the call that stops a child of a SimpleOneForOne or Dynamic supervisor by the reference of its process, or of its last
// one while it restarts.
type TerminateRef struct {
	Ref   Ref
	Alive func(Ref) bool // whether the process of a stranger lives; under SimpleOneForOne a dead one is as good as stopped; nil: none does
}

// RestartChild is the call that starts a child that has no process.
type RestartChild struct{ ID string }

// DeleteChild is the call that forgets the spec of a child that has no process.
type DeleteChild struct{ ID string }

// GetChild is the call that returns the spec of a child.
type GetChild struct{ ID string }

// ListChildren is the call that returns one [ChildInfo] per child, latest start first.
type ListChildren struct{}

// CountChildren is the call that returns [Counts].
type CountChildren struct {
	Alive func(Ref) bool // whether the process still lives: a notice of death may wait in the mailbox; nil: all do
}

// Replace is the call that changes the spec of the running supervisor.
type Replace struct{ Spec Spec }

// Started is the result of [Start]: the child is up, its Init is over.
type Started struct {
	Ref    Ref
	Now    time.Duration // as in ChildExited; it matters for children with a Backoff alone
	Chance float64       // as in ChildExited; it matters for children with a Schedule alone
}

// Ignored is the result of [Start]: the child wants no process.
type Ignored struct{}

// Failed is the result of [Start]: there is no process, and why.
type Failed struct{ Reason Reason }

// Stopped is the result of [Stop]: the child is dead, of this reason.
type Stopped struct {
	Reason   Reason
	TimedOut bool // it was killed because its time was over
}

// AllStopped is the result of [StopAll]: every child is dead.
type AllStopped struct{ Results []Stopped } // in the order of StopAll.Refs

func (Begin) event()          {}
func (ChildExited) event()    {}
func (RetryDue) event()       {}
func (WaitOver) event()       {}
func (ParentExit) event()     {}
func (StartChild) event()     {}
func (StartDynamic) event()   {}
func (StartOwn) event()       {}
func (TerminateChild) event() {}
func (TerminateRef) event()   {}
func (RestartChild) event()   {}
func (DeleteChild) event()    {}
func (GetChild) event()       {}
func (ListChildren) event()   {}
func (CountChildren) event()  {}
func (Replace) event()        {}
func (Started) event()        {}
func (Ignored) event()        {}
func (Failed) event()         {}
func (Stopped) event()        {}
func (AllStopped) event()     {}
