// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"log/slog"
	"time"

	"mabeam.dev/protocols/barrier"
	"mabeam.dev/protocols/lock"
	"mabeam.dev/telemetry"
)

// About says whom and what an event of a space is about.
type About struct {
	// Space is the name of the space, Name that of the lock, barrier or election in it.
	Space, Name string
	// Owner is whom it is about: the process with its incarnation, or the name that code outside of processes gave itself.
	Owner string
	// Agent is the last part of the process's path, which is an agent's id; empty for code outside of processes.
	Agent string
}

// spaceNews is an event of a space as a step makes it: with name and owner. in returns it as it is told.
type spaceNews interface {
	telemetry.Event
	in(space string) spaceNews
}

// of is who and what an event is about, as it is told.
func (a About) of(space string) About { return About{space, a.Name, a.Owner, agentOf(a.Owner)} }

func (e LockGranted) in(space string) spaceNews {
	e.About = e.of(space)
	return e
}

func (e LockRefused) in(space string) spaceNews {
	e.About = e.of(space)
	return e
}

func (e LockReleased) in(space string) spaceNews {
	e.About = e.of(space)
	return e
}

func (e LockLost) in(space string) spaceNews {
	e.About = e.of(space)
	return e
}

func (e BarrierTripped) in(space string) spaceNews {
	e.About = e.of(space)
	return e
}

func (e BarrierBroken) in(space string) spaceNews {
	e.About = e.of(space)
	return e
}

func (e LeaderElected) in(space string) spaceNews {
	e.About = e.of(space)
	return e
}

func (e LeaderDeposed) in(space string) spaceNews {
	e.About = e.of(space)
	return e
}

func (a About) attrs(more ...slog.Attr) []slog.Attr {
	return append([]slog.Attr{slog.String("space", a.Space), slog.String("name", a.Name), slog.String(telemetry.KeyAgent, a.Agent), slog.String("owner", a.Owner)}, more...)
}

// LockGranted is the event: a claim of a lock or semaphore is held.
type LockGranted struct {
	About
	Mode   lock.Mode     // how it is held
	Token  lock.Token    // under which
	Until  time.Time     // end of the lease; zero for none
	Waited time.Duration // for it
}

// EventName returns "lock.granted".
func (LockGranted) EventName() string { return "lock.granted" }

// LockRefused is the event: a request is not going to be granted.
type LockRefused struct {
	About
	Mode   lock.Mode     // that was asked for
	Waited time.Duration // for nothing
	Err    error         // why
}

// EventName returns "lock.refused".
func (LockRefused) EventName() string { return "lock.refused" }

// LogAttrs names the lock, the owner and the cause.
func (e LockRefused) LogAttrs() []slog.Attr { return e.attrs(slog.Any(telemetry.KeyError, e.Err)) }

// LockReleased is the event: a claim was given back.
type LockReleased struct {
	About
	Mode  lock.Mode  // how it was held
	Token lock.Token // under which
}

// EventName returns "lock.released".
func (LockReleased) EventName() string { return "lock.released" }

// LockLost is the event: a claim is held no longer without its owner's doing, who has ended or did not renew its lease.
type LockLost struct {
	About
	Mode  lock.Mode  // how it was held
	Token lock.Token // under which
}

// EventName returns "lock.lost".
func (LockLost) EventName() string { return "lock.lost" }

// LogLevel is Warn.
func (LockLost) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the lock, the owner and the token.
func (e LockLost) LogAttrs() []slog.Attr { return e.attrs(slog.String("token", e.Token.String())) }

// BarrierTripped is the event: all have arrived at a barrier, or a latch has opened for those who waited. Owner is who came last.
type BarrierTripped struct {
	About
	Generation uint64 // that passed
	Passed     int    // how many
}

// EventName returns "barrier.tripped".
func (BarrierTripped) EventName() string { return "barrier.tripped" }

// BarrierBroken is the event: a barrier broke, or went on without a member. Owner is the culprit.
type BarrierBroken struct {
	About
	Generation uint64        // that it was
	Cause      barrier.Cause // what the culprit did
}

// EventName returns "barrier.broken".
func (BarrierBroken) EventName() string { return "barrier.broken" }

// LogLevel is Warn.
func (BarrierBroken) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the barrier, the culprit and the cause.
func (e BarrierBroken) LogAttrs() []slog.Attr {
	return e.attrs(slog.String(telemetry.KeyCause, e.Cause.String()))
}

// LeaderElected is the event: a term begins.
type LeaderElected struct {
	About
	Term  lock.Token // that begins
	Until time.Time  // end of the lease; zero for none
}

// EventName returns "leader.elected".
func (LeaderElected) EventName() string { return "leader.elected" }

// LogLevel is Info.
func (LeaderElected) LogLevel() slog.Level { return slog.LevelInfo }

// LogAttrs names the election, the leader and the term.
func (e LeaderElected) LogAttrs() []slog.Attr { return e.attrs(slog.String("term", e.Term.String())) }

// LeaderDeposed is the event: a term is over.
type LeaderDeposed struct {
	About
	Term lock.Token // that is over
	Why  string     // resigned, ended, lease over, outdone
}

// EventName returns "leader.deposed".
func (LeaderDeposed) EventName() string { return "leader.deposed" }

// LogLevel is Info.
func (LeaderDeposed) LogLevel() slog.Level { return slog.LevelInfo }

// LogAttrs names the election, the former leader and the reason.
func (e LeaderDeposed) LogAttrs() []slog.Attr {
	return e.attrs(slog.String(telemetry.KeyReason, e.Why))
}

// SpaceOpened is the event: a space's process serves, with what the one before has left.
type SpaceOpened struct {
	Space    string // that can be asked
	Epoch    uint32 // of the tokens that it gives
	Replayed int    // steps that its state was made of
	Cold     bool   // whoever owned something before is gone
}

// EventName returns "space.opened".
func (SpaceOpened) EventName() string { return "space.opened" }

// LogLevel is Info.
func (SpaceOpened) LogLevel() slog.Level { return slog.LevelInfo }

// LogAttrs names the space and the epoch.
func (e SpaceOpened) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String("space", e.Space), slog.Int("epoch", int(e.Epoch)), slog.Int("replayed", e.Replayed)}
}
