// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"context"
	"sync"
	"time"

	"mabeam.dev/supervision/plan"
)

// Engine is a supervision tree under test. Its methods are called by one goroutine, one after another; Start, Call and Stop return at once and answer later.
type Engine interface {
	// Open readies an empty system whose processes report to rec.
	Open(rec *Recorder) error
	// Close ends every process that is left and waits for what the engine started.
	Close() error
	// Start starts the supervisor name as the root, with the driver as its parent.
	Start(name string, answer *Answer)
	// Call makes a management call: a call event of supervision/plan, [Respec], or a [RawStart]. The request waits in the supervisor's mailbox when the next
	// Settle returns, even if the supervisor is blocked in a held start.
	Call(sup Proc, call any, answer *Answer)
	// Stop sends the exit signal shutdown from the parent of the root and answers after the death of the root.
	Stop(root Proc, answer *Answer)
	// Exit lets a worker exit by itself. Its supervisor has the notice in its mailbox when the next Settle returns.
	Exit(worker Proc, reason Term)
	// Kill kills a process of any kind.
	Kill(p Proc)
	// StrayExit sends an exit signal from a process that is neither parent nor child.
	StrayExit(sup Proc, reason Term)
	// Settle returns when nothing can happen any more but by the script; a supervisor blocked in a held start is at rest. When shutdown deadlines are all that is
	// left, it lets the time pass.
	Settle(ctx context.Context) error
	// Advance lets d of the engine's time pass and settles.
	Advance(ctx context.Context, d time.Duration) error
}

// RawStart is the call start_child with a spec in texts. The engine parses it where the supervisor would check it.
type RawStart struct{ Child plan.RawChild }

// Respec is the call upgrade: the supervisor takes the present definition of Name, asked of the recorder when the call is served.
type Respec struct{ Name string }

// Reply is the answer to a call.
type Reply struct {
	plan.Reply
	Ignored bool // Start: the root's init said ignore
	Down    Term // the supervisor died with this reason before it answered; empty if not
}

// Answer is a place for one reply. It is safe for concurrent use; the first reply counts.
type Answer struct {
	mu struct {
		sync.Mutex
		reply Reply
		done  bool
	}
}

// Set gives the reply.
func (a *Answer) Set(r Reply) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.mu.done {
		a.mu.reply, a.mu.done = r, true
	}
}

// Get returns the reply and whether there is one.
func (a *Answer) Get() (Reply, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.mu.reply, a.mu.done
}
