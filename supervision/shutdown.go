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
func stop(ctx *scope, a plan.Stop) (plan.Event, error) {
	child, how, why := a.Ref.(actors.PID), a.Shutdown, exit.ReasonShutdown
	if a.Term != nil {
		why = exit.ShutdownWith(a.Term)
	}
	late := false
	if how == Brutal {
		child.Kill()
	} else {
		ctx.AskExit(child, why)
		gone, err := ctx.AwaitExit(child, patience(how))
		if err != nil {
			return nil, err
		}
		if late = !gone; late {
			child.Kill()
		}
	}
	end, err := stopped(ctx, child, late)
	if err != nil {
		return nil, err
	}
	return end, nil
}

// stopped waits for the end and reports it.
func stopped(ctx *scope, child actors.PID, late bool) (plan.Stopped, error) {
	if _, err := ctx.AwaitExit(child, forever); err != nil {
		return plan.Stopped{}, err
	}
	why, _ := child.Reason()
	return plan.Stopped{Reason: reasonTo(why), TimedOut: late}, nil
}

// patience is how long a child may take to end.
func patience(how Shutdown) time.Duration {
	if d, limited := how.Deadline(); limited {
		return d
	}
	return forever
}
