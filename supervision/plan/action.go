// SPDX-License-Identifier: Apache-2.0

package plan

import "time"

// Action is what the executor has to do. [Start], [Stop] and [StopAll] are effects: they end their batch and their result is the next event.
type Action interface{ action() }

// Start starts a child and is answered by [Started], [Ignored] or [Failed] when its Init is over.
type Start struct {
	Child *Child // its spec, or the template; not to be changed
	Args  any    // of StartDynamic and StartOwn
}

// Stop stops one child and is answered by [Stopped] when it is dead.
type Stop struct {
	ID       string
	Ref      Ref
	Shutdown Shutdown // Brutal: kill; After(d): ask, kill after d; Infinity: ask. Never zero.
	Term     any      // goes along with the shutdown that is asked for; nil: nothing does
}

// StopAll stops all children of a SimpleOneForOne or Dynamic supervisor at once and is answered by [AllStopped] when all are dead. The time
// of each begins at once.
type StopAll struct {
	Refs     []Ref
	Shutdown Shutdown   // of all, as in Stop; zero where each has its own
	Each     []Shutdown // of a Dynamic supervisor: how each is stopped, in the order of Refs
}

// PostRetry puts a [RetryDue] with this key at the end of the supervisor's own mailbox.
type PostRetry struct{ Key RetryKey }

// Wait puts a [WaitOver] with this key at the end of the supervisor's own mailbox when For has passed.
type Wait struct {
	Key WaitKey
	For time.Duration
}

// CancelWait takes a [Wait] back whose time has become of no use. A [WaitOver] that comes all the same is ignored.
type CancelWait struct{ Key WaitKey }

// Reply answers the call in hand. One field is set, as far as the call has a result.
type Reply struct {
	Err      error       // the call was refused
	Ref      Ref         // StartChild, StartDynamic, StartOwn, RestartChild: the new process; nil when it said ignore
	Child    *Child      // GetChild: with the default of Shutdown filled in
	Children []ChildInfo // ListChildren
	Counts   Counts      // CountChildren
}

// Ready tells that [Begin] is over and the supervisor is up.
type Ready struct{}

// Exit ends the supervisor. It is the last action of its life; no child is left.
type Exit struct{ Reason Reason }

// Emit reports something that happened, for telemetry. Acting on it is optional.
type Emit struct{ Notice Notice }

func (Start) action()      {}
func (Stop) action()       {}
func (StopAll) action()    {}
func (PostRetry) action()  {}
func (Wait) action()       {}
func (CancelWait) action() {}
func (Reply) action()      {}
func (Ready) action()      {}
func (Exit) action()       {}
func (Emit) action()       {}

// Status is what a child is doing.
type Status uint8

// The states of a child.
const (
	StatusStopped    Status = iota // spec without a process
	StatusUp                       // has a process
	StatusRestarting               // between two attempts to restart it
)

// String returns the state as a word.
func (s Status) String() string { return word(int(s), "stopped", "up", "restarting") }

// ChildInfo is one line of ListChildren.
type ChildInfo struct {
	ID     string // empty for children of a SimpleOneForOne or Dynamic supervisor
	Ref    Ref    // nil unless up
	Status Status
	Kind   Kind
	Waits  bool // restarting: it waits as its Backoff says
}

// Counts are the numbers of CountChildren. Specs, Supervisors and Workers count specs, Active counts living processes. A SimpleOneForOne supervisor has one spec;
// its Supervisors or Workers count children, restarting ones included. A Dynamic supervisor has a spec for each child, restarting ones included.
type Counts struct{ Specs, Active, Supervisors, Workers int }

// Attempt tells how a restart attempt stands in the window.
type Attempt struct {
	N      int           // attempts in the window, this one included
	Max    int           // attempts allowed
	Within time.Duration // length of the window
}
