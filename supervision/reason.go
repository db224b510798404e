// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision/plan"
)

// reasonTo wraps a process's exit reason for the plan, which looks at the class alone.
func reasonTo(why actors.Reason) plan.Reason {
	class := plan.ClassCrash
	switch why.Kind() {
	case exit.Normal:
		class = plan.ClassNormal
	case exit.Shutdown:
		class = plan.ClassShutdown
		if _, term := why.Term(); term {
			class = plan.ClassShutdownTerm
		}
	case exit.Killed:
		class = plan.ClassKilled
	case exit.NoProc:
		class = plan.ClassNoProc
	case exit.Crash:
	}
	return plan.Reason{Class: class, Payload: why}
}

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
