// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision/plan"
)

// forever is the wait of a shutdown without limit.
const forever time.Duration = -1

// stop ends one child and waits for its death itself, not for its cooperation.
func stop(ctx *scope, a plan.Stop) (plan.Event, error) {
	child, how, why := a.Ref.(actors.PID), a.Shutdown, exit.ReasonShutdown
	if a.Term != nil {
		why = exit.ShutdownWith(a.Term)
	}
	if how == Brutal {
		child.Kill()
		return stopped(ctx, child, false)
	}
	ctx.AskExit(child, why)
	gone, err := ctx.AwaitExit(child, patience(how))
	if err != nil {
		return nil, err
	}
	if !gone {
		child.Kill()
	}
	return stopped(ctx, child, !gone)
}

// stopped waits for the end and reports it.
func stopped(ctx *scope, child actors.PID, late bool) (plan.Event, error) {
	if _, err := ctx.AwaitExit(child, forever); err != nil {
		return nil, err
	}
	why, _ := child.Reason()
	return plan.Stopped{Reason: reasonTo(why), TimedOut: late}, nil
}

// stopAll ends all children of a SimpleOneForOne or Dynamic supervisor at once.
func stopAll(ctx *scope, a plan.StopAll) (plan.Event, error) {
	each := a.Each
	if each == nil {
		each = slices.Repeat([]Shutdown{a.Shutdown}, len(a.Refs))
	}
	return stopEach(ctx, a.Refs, each)
}

// patience is how long a child may take to end.
func patience(how Shutdown) time.Duration {
	if d, limited := how.Deadline(); limited {
		return d
	}
	return forever
}
