// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"mabeam.dev/actors/exit"
)

// Body is what a process does. The kernel calls its methods one at a time, in the process's turn.
type Body interface {
	// Init starts a fresh behaviour; nothing is handled before it has returned nil.
	Init(p *Proc) error
	// Handle handles one message.
	Handle(msg any) error
	// Terminate is called once, unless the process is killed. An error replaces the reason.
	Terminate(why exit.Reason) error
	// Inspect returns a view of the behaviour's state, or nil if it offers none.
	Inspect() any
	// Ignores reports whether Init's error says that there is to be no process.
	Ignores(err error) bool
	// Reason maps an error that Init or Handle returned to an exit reason: the stop values are not crashes.
	Reason(err error) exit.Reason
}

// phase is where a process is in its life; it only ever grows.
type phase uint8

const (
	starting    phase = iota // Init is running; messages wait
	running                  // turns
	terminating              // Terminate is running
	fenced                   // void: names go, the mailbox is drained
	dead                     // the reason is known to all
)

// Proc is the record of one incarnation. It outlives the process as long as somebody holds a reference, and then holds next to nothing.
type Proc struct {
	sys           *System
	invoker       actor.MessageInvoker
	body          Body
	parent        *Proc
	name          string
	trait         *trait
	id            uint64
	bound         int32 // of the mailbox, in user messages; 0 = unbounded
	policy        Overflow
	named         bool                 // name is in the system's name table
	initElsewhere bool                 // Init runs on a goroutine that can be abandoned
	void          atomic.Bool          // set once when the process is fenced; read without the lock by sends and calls
	halted        atomic.Bool          // its own context has ended; set and cleared under the lock, read without
	hand          uint32               // handGiven or 0: see hand.go
	calls         atomic.Pointer[Slot] // of the call that it makes in its own context; nil until the first

	mu        sync.Mutex // guards everything below
	phase     phase
	scheduled bool // handed to the dispatcher, or in a turn
	inTurn    bool // a callback is running on behalf of this process
	suspended bool
	abandoned bool
	seated    bool // may keep a worker: see dispatcher
	killAfter bool // killed while Init runs on the spawner's goroutine
	traps     bool
	users     int32 // user messages queued or stashed
	highWater int32
	handled   uint64
	turnAt    int64 // nanoseconds after the system's birth
	queue     ring
	cur       envelope     // in hand
	why       *exit.Reason // nil is Normal
	exitAsked *exit.Reason // an exit signal that waits for the turn in hand to end; nil if there is none
	ties      *tie         // the first of its links and monitors; nil if it has none
	more      *extra
	kept      *worker // parked, for the next turn; nil unless seated

	younger, older *Proc // in the shard's list, guarded by the shard's lock
}

// extra is the part of a record that many processes never need.
type extra struct {
	front     []envelope // before the queue: continued and unstashed ones
	stash     []envelope
	open      []slotRef // calls taken and not answered when their turn ended
	waits     []*wait   // those who wait for this process's death
	blocked   []*wait   // what its turn waits in, and goroutines that wait in its name
	room      []*wait   // senders that wait for room in the mailbox
	timers    map[*Timer]struct{}
	names     []string        // registered besides the first
	ctx       context.Context // made when it is first asked for
	cancel    context.CancelCauseFunc
	inspects  []slotRef
	gos       int          // goroutines of Go that run
	goneGo    *wait        // the dying process waits in it for the last of them
	broken    *exit.Reason // the first panic of one of them since the end began
	exits     func(from *Proc, why exit.Reason) any
	published any
	atEnd     *endHook // what is released when it ends, in the order of registration
}

func (p *Proc) extraLocked() *extra {
	if p.more == nil {
		p.more = &extra{}
	}
	return p.more
}

// System returns the system of the process.
func (p *Proc) System() *System { return p.sys }

// ID returns the incarnation: unique in the life of the system, rising with the order of starts.
func (p *Proc) ID() uint64 { return p.id }

// Name returns the name the process was started with.
func (p *Proc) Name() string { return p.name }

// Kind returns the kind given at the start, or nothing.
func (p *Proc) Kind() string { return p.trait.kind }

// Parent returns the process that started and supervises this one, or nil.
func (p *Proc) Parent() *Proc { return p.parent }

// Void reports whether the process is fenced: nothing it does has an effect any more.
func (p *Proc) Void() bool { return p.void.Load() }

// Path returns the names from the root of the tree down to the process, such as "/app/db". Processes without a name show their
// incarnation.
func (p *Proc) Path() string {
	var parts []string
	for q := p; q != nil; q = q.parent {
		name := q.name
		if name == "" {
			name = fmt.Sprintf("<%d>", q.id)
		}
		parts = append(parts, strings.TrimPrefix(name, "/"))
	}
	var b strings.Builder
	for i := len(parts) - 1; i >= 0; i-- {
		b.WriteByte('/')
		b.WriteString(parts[i])
	}
	return b.String()
}

// String returns the path and the incarnation.
func (p *Proc) String() string { return fmt.Sprintf("%s#%d", p.Path(), p.id) }

// Dead reports whether the process has ended and its reason is known.
func (p *Proc) Dead() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.phase == dead
}

// Why returns the exit reason of a dead process.
func (p *Proc) Why() (exit.Reason, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.whyLocked(), p.phase == dead
}

// QueueLen returns the number of user messages that wait, stashed ones included.
func (p *Proc) QueueLen() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return int(p.users)
}

// age returns the time since the system's birth.
func (s *System) age() time.Duration {
	if s.cfg.Clock == nil {
		return time.Since(s.born) // reads the monotonic clock alone, at half the price
	}
	return s.clock.Now().Sub(s.born)
}

// messageType names the type of a message in the way Go prints it.
func messageType(e envelope) string {
	if e.kind == kindNone {
		return ""
	}
	if c, ok := e.msg.(callback); ok && e.kind == kindCallback {
		return string(c)
	}
	if t := reflect.TypeOf(e.msg); t != nil {
		return t.String()
	}
	return "nil"
}

// Tag returns what the starter marked the record with.
func (p *Proc) Tag() any { return p.trait.tag }

// Publish keeps a value with the record, for anybody who has a reference to the process. It must be safe for concurrent use, and is
// gone when the process is.
func (p *Proc) Publish(v any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phase < fenced {
		p.extraLocked().published = v
	}
}

// Published returns what the process published; nil if nothing, or if it has ended.
func (p *Proc) Published() any {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.more == nil || p.phase >= fenced {
		return nil
	}
	return p.more.published
}

// InInit reports whether Init is still running.
func (p *Proc) InInit() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.phase == starting
}

// trait is what many processes have in common; those of one system that are equal share it.
type trait struct {
	kind string
	tag  any // what the typed edge marks the record with
}

// traitOf returns the system's own copy.
func (s *System) traitOf(t trait) *trait {
	if last := s.lastTrait.Load(); last != nil && *last == t {
		return last // of the process started before, which is usually alike
	}
	own, known := s.traits.Load(t)
	if !known {
		fresh := t // which escapes, as t does not
		own, _ = s.traits.LoadOrStore(t, &fresh)
	}
	s.lastTrait.Store(own)
	return own
}

// retained returns a reason to be kept in a record, where most are one of a few.
func retained(why exit.Reason) *exit.Reason {
	switch why.Kind() {
	case exit.Normal:
		return nil
	case exit.Killed:
		return &exit.ReasonKilled
	case exit.NoProc:
		return &exit.ReasonNoProc
	case exit.Shutdown:
		if _, says := why.Term(); !says {
			return &exit.ReasonShutdown
		}
	case exit.Crash:
	}
	own := why // the one that escapes
	return &own
}

// asked is retained for a signal, where nil says that there is none.
func asked(why exit.Reason) *exit.Reason {
	if r := retained(why); r != nil {
		return r
	}
	return &exit.ReasonNormal
}

// whyLocked returns the reason that the record keeps.
func (p *Proc) whyLocked() exit.Reason {
	if p.why == nil {
		return exit.ReasonNormal
	}
	return *p.why
}
