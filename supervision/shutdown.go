// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision/plan"
)

// forever is the wait of a shutdown without limit.
const forever time.Duration = -1

// stop ends one child and waits for its death itself, not for its cooperation.
func stop(ctx *scope, child actors.PID, how Shutdown) (plan.Event, error) {
	if how == Brutal {
		child.Kill()
		return stopped(ctx, child, false)
	}
	ctx.AskExit(child, exit.ReasonShutdown)
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

// stopAll ends all children of a SimpleOneForOne supervisor at once, under one common deadline.
func stopAll(ctx *scope, a plan.StopAll) (plan.Event, error) {
	brutal := a.Shutdown == Brutal
	for _, ref := range a.Refs {
		if brutal {
			ref.(actors.PID).Kill()
		} else {
			ctx.AskExit(ref.(actors.PID), exit.ReasonShutdown)
		}
	}
	limit := patience(a.Shutdown)
	begin := ctx.Now()
	results := make([]plan.Stopped, len(a.Refs))
	for i, ref := range a.Refs {
		child := ref.(actors.PID)
		left := limit
		if !brutal && limit != forever {
			left = max(limit-ctx.Now().Sub(begin), 0)
		}
		gone, err := ctx.AwaitExit(child, left)
		if err != nil {
			return nil, err
		}
		if !gone {
			child.Kill()
		}
		end, err := stopped(ctx, child, !gone)
		if err != nil {
			return nil, err
		}
		results[i] = end.(plan.Stopped)
	}
	return plan.AllStopped{Results: results}, nil
}

// patience is how long a child may take to end.
func patience(how Shutdown) time.Duration {
	if d, limited := how.Deadline(); limited {
		return d
	}
	return forever
}
