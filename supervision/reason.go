// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision/plan"
)

// reasonTo wraps a process's exit reason for the plan, which looks at the class alone.
func reasonTo(why actors.Reason) plan.Reason {
	switch why.Kind() {
	case exit.Normal:
		return reasonNormal
	case exit.Shutdown:
		if _, term := why.Term(); term {
			return plan.Reason{Class: plan.ClassShutdownTerm, Payload: why}
		}
		return reasonShutdown
	case exit.Killed:
		return reasonKilled
	case exit.NoProc:
		return plan.Reason{Class: plan.ClassNoProc, Payload: why}
	case exit.Crash:
	}
	return plan.Reason{Class: plan.ClassCrash, Payload: why}
}

// The ordinary reasons are wrapped once: very many children may end with them at the same time.
var (
	reasonNormal   = plan.Reason{Class: plan.ClassNormal, Payload: exit.ReasonNormal}
	reasonShutdown = plan.Reason{Class: plan.ClassShutdown, Payload: exit.ReasonShutdown}
	reasonKilled   = plan.Reason{Class: plan.ClassKilled, Payload: exit.ReasonKilled}
)

// reasonFrom unwraps what reasonTo wrapped, and translates the reasons that the plan makes itself.
func reasonFrom(r plan.Reason) actors.Reason {
	switch payload := r.Payload.(type) {
	case actors.Reason:
		return payload
	case *plan.StartFailed:
		return exit.ShutdownWith(&StartFailed{ID: payload.ID, Reason: reasonFrom(payload.Reason)})
	}
	if r.Class == plan.ClassNormal {
		return exit.ReasonNormal
	}
	return exit.ReasonShutdown
}
