// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync"
	"time"

	"mabeam.dev/internal/kernel"
)

// Spawner is where a process can be started from: a *System or a *Context.
type Spawner interface {
	spawner() (*kernel.System, *kernel.Proc)
}

// Option changes one thing about a process that is started.
type Option func(*kernel.Start)

// MailboxSize bounds the messages that wait; the default, and what 0 means, is 16,384; less than 0 is no bound. Notices, ticks and exits
// do not count.
func MailboxSize(n int) Option { return func(s *kernel.Start) { s.Mailbox = n } }

// OnFull says what a full mailbox does with a Tell; the default is Reject.
func OnFull(p Overflow) Option { return func(s *kernel.Start) { s.Overflow = p } }

// StartTimeout limits Init; when it passes the process is killed and the start fails with ErrStartTimeout. Off by default.
func StartTimeout(d time.Duration) Option { return func(s *kernel.Start) { s.Timeout = d } }

// Kind is the word that snapshots show for what the process is; the default is none.
func Kind(kind string) Option { return func(s *kernel.Start) { s.Kind = kind } }

// Local makes the name one among siblings only: part of the path, but not in the system's name table, and so never taken.
func Local() Option { return func(s *kernel.Start) { s.Unique = false } }

// Overflow is what a full mailbox does with a message whose sender does not wait.
type Overflow = kernel.Overflow

// The overflow policies.
const (
	// Reject makes the new message a dead letter; TryTell and Call get ErrMailboxFull.
	Reject = kernel.Reject
	// DropOldest makes the oldest message that waits a dead letter and takes the new one.
	DropOldest = kernel.DropOldest
	// Unbounded takes everything.
	Unbounded = kernel.Unbounded
)

// Spawn starts a process and returns when its Init is over. start builds the behaviour of this incarnation. A non-empty name is
// unique in the system, unless the option Local is given. Errors: ErrIgnore, *StartError, *NameTakenError, ErrStartTimeout,
// ErrStopped, ErrFenced. After an error nothing of the process is left.
func Spawn[M any](in Spawner, name string, start func() Behavior[M], options ...Option) (Ref[M], error) {
	return spawn(in, name, start, false, options)
}

// SpawnLink is Spawn with a link between the spawning process and the new one, which takes the spawner for its parent.
func SpawnLink[M any](in Spawner, name string, start func() Behavior[M], options ...Option) (Ref[M], error) {
	return spawn(in, name, start, true, options)
}

// MustSpawn is Spawn for mains, tests and examples: it panics on an error.
func MustSpawn[M any](in Spawner, name string, start func() Behavior[M], options ...Option) Ref[M] {
	ref, err := Spawn(in, name, start, options...)
	if err != nil {
		panic(err)
	}
	return ref
}

// starts are what options change: what a function behind a variable is given a pointer to lies on the heap.
var starts = sync.Pool{New: func() any { return new(kernel.Start) }}

// with returns how as the options change it.
func with(how kernel.Start, options []Option) kernel.Start {
	changed := starts.Get().(*kernel.Start)
	*changed = how
	for _, o := range options {
		o(changed)
	}
	how, *changed = *changed, kernel.Start{}
	starts.Put(changed)
	return how
}

func spawn[M any](in Spawner, name string, start func() Behavior[M], link bool, options []Option) (Ref[M], error) {
	sys, parent := in.spawner()
	body := &process[M]{b: unborn[M](start)}
	how := kernel.Start{Name: name, Unique: true, Body: body, Spawner: parent, Parent: parent, Linked: link, Tag: (*typeTag[M])(nil)}
	if !link {
		how.Parent = nil
		if parent != nil && parent.Void() {
			return Ref[M]{}, ErrFenced
		}
	}
	if len(options) > 0 {
		how = with(how, options)
	}
	p, outcome, why := sys.Spawn(how)
	switch outcome {
	case kernel.Up:
		return Ref[M]{proc: p}, nil
	case kernel.NameTaken:
		return Ref[M]{}, &NameTakenError{Name: name, Holder: PID{p}}
	case kernel.TimedOut:
		return Ref[M]{}, ErrStartTimeout
	case kernel.Refused:
		if parent != nil && parent.Void() {
			return Ref[M]{}, ErrFenced
		}
		return Ref[M]{}, ErrStopped
	case kernel.Ignored:
		return Ref[M]{}, ErrIgnore
	case kernel.Failed:
	}
	return Ref[M]{}, &StartError{Path: p.Path(), Reason: why}
}
