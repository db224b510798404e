// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"context"

	"mabeam.dev/actors"
	"mabeam.dev/supervision/plan"
)

// Shared is a child spec that was checked once and that any number of children of a Dynamic supervisor share. It is immutable.
type Shared struct{ spec *plan.Child }

// Share checks a spec for children of Dynamic supervisors. Errors: Faults.
func Share(c Child) (Shared, error) {
	spec, err := plan.Prepare(c.plan())
	return Shared{spec}, err
}

// Child returns the spec with its defaults filled in; the zero Child for the zero Shared.
func (s Shared) Child() Child {
	if s.spec == nil {
		return Child{}
	}
	return childOf(s.spec)
}

// StartShared starts one more child of a Dynamic supervisor with these args, which its restarts get too. The zero PID says that it chose
// not to start. Errors: *StartError, ErrMaxChildren, ErrNotDynamic; Faults for the zero Shared.
func (s *Supervisor) StartShared(ctx context.Context, child Shared, args any) (actors.PID, error) {
	if child.spec == nil {
		return actors.PID{}, plan.Check(plan.Child{}, Never)
	}
	return s.pid(ctx, plan.StartOwn{Child: child.spec, Args: args})
}

// Starting is the event of StartChild, for an Operation.
func Starting(c Child) plan.Event { return plan.StartChild{Child: c.plan()} }
