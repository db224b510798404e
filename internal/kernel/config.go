// SPDX-License-Identifier: Apache-2.0

package kernel

import (
	"log/slog"
	"time"

	"mabeam.dev/telemetry"
)

// Defaults of a system.
const (
	// DefaultMailbox is the bound of a mailbox, in user messages.
	DefaultMailbox = 16384
	// DefaultCallTimeout is the deadline of a Call whose context has none.
	DefaultCallTimeout = 5 * time.Second
	// turnQuantum is how many messages a process may handle before it goes to the back of the run queue. The Go scheduler shares the
	// cores among turns as well; this bounds how long one worker stays with one process.
	turnQuantum = 1024
)

// Config sets up a system. The zero value works.
type Config struct {
	// Clock is the system's time; nil means [RealClock].
	Clock Clock
	// Seed seeds the system's randomness; it is used as it is, so 0 is a seed like any other.
	Seed uint64
	// CallTimeout is the deadline of a Call whose context has none: 0 means [DefaultCallTimeout], negative none at all.
	CallTimeout time.Duration
	// StuckAfter reports a turn that lasts longer; 0 means never.
	StuckAfter time.Duration
	// Observer hears of starts, exits and dead letters; nil means nobody.
	Observer Observer
	// Events is kept for the layers above, which find it through [System.Events]; the kernel itself tells the Observer.
	Events *telemetry.Bus
	// Logger gets kernel bugs and protoactor's own lines; nil means slog.Default.
	Logger *slog.Logger
	// TrackIdle makes [System.WaitQuiet] work; it costs two shared atomic operations a turn.
	TrackIdle bool
	// Simulation makes the system run under a conductor; nil means that it runs by itself.
	Simulation *Simulation
}

// Overflow says what a full mailbox does with a message that nobody waits for.
type Overflow uint8

// The overflow policies.
const (
	// Reject turns the new message into a dead letter.
	Reject Overflow = iota
	// DropOldest turns the oldest queued message into a dead letter and takes the new one.
	DropOldest
	// Unbounded takes everything.
	Unbounded
)
