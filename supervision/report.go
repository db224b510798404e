// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"log/slog"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/supervision/plan"
	"mabeam.dev/telemetry"
)

// about is where an event of a supervisor happened; every event type embeds it.
type about struct {
	Supervisor string     // path
	ID         string     // the child; empty for a dynamic one
	PID        actors.PID // its process, where there is one
}

func (a about) attrs(more ...slog.Attr) []slog.Attr {
	out := []slog.Attr{slog.String(telemetry.KeySupervisor, a.Supervisor), slog.String(telemetry.KeyChild, a.ID)}
	if !a.PID.IsZero() {
		out = append(out, slog.Uint64(telemetry.KeyIncarnation, a.PID.Incarnation()))
	}
	return append(out, more...)
}

// ChildStarted: a child is up.
type ChildStarted struct{ about }

// ChildIgnored: a child chose not to start.
type ChildIgnored struct{ about }

// ChildStartFailed: a start ended with a reason instead of a process.
type ChildStartFailed struct {
	about
	Reason actors.Reason // why the start ended
}

// ChildExited: a child ended without having been asked.
type ChildExited struct {
	about
	Reason   actors.Reason // why the child ended
	Restarts bool          // the supervisor will try to restart it
}

// ChildRestarting: a restart attempt begins; PID is the former process.
type ChildRestarting struct {
	about
	Attempt plan.Attempt // its place in the restart window
	Group   Strategy     // which siblings go along
}

// BackoffWait: a restart attempt waits before it goes on; PID is the former process. What goes along with the child is stopped.
type BackoffWait struct {
	about
	Attempt int           // 1 for the first since the child was last up for long enough
	For     time.Duration // how long it waits
}

// LimitReached: a child stays down because it had to be restarted more often than its own Limit allows; PID is the former process.
type LimitReached struct {
	about
	Attempt plan.Attempt // the restart that was one too many, in the child's own window
}

// PlannedRestart: a child is about to be stopped and started again as its Schedule says; PID is the present process.
type PlannedRestart struct{ about }

// ChildStopped: a child was stopped by its supervisor.
type ChildStopped struct {
	about
	Reason actors.Reason // how the child ended
}

// ShutdownError: a child answered its stop with an odd reason, or not in time and was killed.
type ShutdownError struct {
	about
	Reason   actors.Reason // how the child ended
	TimedOut bool          // it had to be killed
}

// GaveUp: the restart intensity is exceeded and the supervisor ends.
type GaveUp struct {
	about
	Attempt plan.Attempt // the restart that was one too many
}

// AutoShutdownBegun: the end of a significant child ends the supervisor.
type AutoShutdownBegun struct{ about }

// SpecReplaced: the spec of a running supervisor was changed.
type SpecReplaced struct {
	about
	Added []string // ids that were not there before
	Kept  []string // ids that the new spec lacks
}

// report turns the plan's notices into events.
func (p *process) report(ctx *scope, n plan.Notice) {
	bus := ctx.Events()
	if !bus.Active() {
		return
	}
	at := func(id string, ref plan.Ref) about {
		return about{Supervisor: ctx.PID().Path(), ID: id, PID: pidOf(ref)}
	}
	switch n := n.(type) {
	case plan.NoticeStarted:
		telemetry.Emit(bus, ChildStarted{at(n.ID, n.Ref)})
	case plan.NoticeIgnored:
		telemetry.Emit(bus, ChildIgnored{at(n.ID, nil)})
	case plan.NoticeStartFailed:
		telemetry.Emit(bus, ChildStartFailed{at(n.ID, nil), reasonFrom(n.Reason)})
	case plan.NoticeExited:
		telemetry.Emit(bus, ChildExited{at(n.ID, n.Ref), reasonFrom(n.Reason), n.Restarts})
	case plan.NoticeRestarting:
		telemetry.Emit(bus, ChildRestarting{at(n.ID, n.Ref), n.Attempt, n.Group})
	case plan.NoticeBackoffWait:
		telemetry.Emit(bus, BackoffWait{at(n.ID, n.Ref), n.Attempt, n.For})
	case plan.NoticeLimitReached:
		telemetry.Emit(bus, LimitReached{at(n.ID, n.Ref), n.Attempt})
	case plan.NoticeScheduled:
		telemetry.Emit(bus, PlannedRestart{at(n.ID, n.Ref)})
	case plan.NoticeStopped:
		telemetry.Emit(bus, ChildStopped{at(n.ID, n.Ref), reasonFrom(n.Reason)})
	case plan.NoticeShutdownError:
		telemetry.Emit(bus, ShutdownError{at(n.ID, n.Ref), reasonFrom(n.Reason), n.TimedOut})
	case plan.NoticeGaveUp:
		telemetry.Emit(bus, GaveUp{at(n.ID, nil), n.Attempt})
	case plan.NoticeAutoShutdown:
		telemetry.Emit(bus, AutoShutdownBegun{at(n.ID, nil)})
	case plan.NoticeReplaced:
		telemetry.Emit(bus, SpecReplaced{at("", nil), n.Added, n.Kept})
	}
}
