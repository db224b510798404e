// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"runtime/debug"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision/plan"
)

// Operation is a management call that is made up in the supervisor's own turn, when it is served. Its error, or its panic as a
// *actors.CrashError, is the call's and changes nothing; nor does a nil event, whose reply is empty.
type Operation func(*plan.State) (plan.Event, error)

// make runs the operation. A mistake in it must not end the tree under the supervisor.
func (op Operation) make(ctx *scope, s *plan.State) (ev plan.Event, err error) {
	defer func() {
		if r := recover(); r != nil {
			pid := ctx.PID()
			ev, err = nil, &exit.CrashError{
				Path: pid.Path(), Incarnation: pid.Incarnation(), Message: "Operation",
				Cause: &exit.PanicError{Value: r}, Stack: debug.Stack(),
			}
		}
	}()
	return op(s)
}

// Event is the operation of a call event of package plan. Starts in it must be a StartFunc, references actors.PIDs.
func Event(ev plan.Event) Operation {
	return func(*plan.State) (plan.Event, error) { return ev, nil }
}

// RawStart is StartChild with a spec in texts, as a file or a script has it; it is parsed, and its faults are found, where the
// supervisor would check it. Its Start must be a StartFunc.
func RawStart(raw plan.RawChild) Operation {
	return func(s *plan.State) (plan.Event, error) {
		auto := s.Spec().AutoShutdown
		c, err := raw.Parse(&auto)
		return plan.StartChild{Child: c}, err
	}
}

// Respec is Replace with the spec that init makes. An init that returns actors.Ignore changes nothing, as in OTP.
func Respec(init func() (Spec, error)) Operation {
	return func(*plan.State) (plan.Event, error) {
		spec, err := init()
		if err == actors.Ignore { //nolint:errorlint // only the value itself says so
			return nil, nil
		}
		return plan.Replace{Spec: spec.plan()}, err
	}
}

// Parse turns a spec in texts into a Spec, or returns every mistake as Faults. Each Start must be a StartFunc.
func Parse(raw plan.RawSpec) (Spec, error) {
	p, err := raw.Parse()
	if err != nil {
		return Spec{}, err
	}
	s := Spec{Strategy: p.Strategy, Intensity: p.Intensity, AutoShutdown: p.AutoShutdown}
	for i := range p.Children {
		s.Children = append(s.Children, childOf(&p.Children[i]))
	}
	return s, nil
}

// Request makes a management call without blocking the calling process: the outcome becomes the message that then makes. The plan's
// reply carries actors.PIDs as references. There is no deadline.
func Request[N any](ctx *actors.Context[N], s *Supervisor, op Operation, then func(plan.Reply, error) N) {
	actors.Request(ctx, s.ref, -1, func(reply actors.Reply[plan.Action]) message { return call{op, nil, reply} },
		func(a plan.Action, err error) N {
			r, _ := a.(plan.Reply)
			if err == nil {
				err = refusal(r.Err)
			}
			return then(r, err)
		})
}

// refusal gives the plan's errors their types.
func refusal(err error) error {
	switch e := err.(type) { //nolint:errorlint // the plan's own values
	case *plan.AlreadyStartedError:
		return &AlreadyStartedError{ID: e.ID, PID: pidOf(e.Ref)}
	case *plan.StartError:
		return &StartError{ID: e.ID, Reason: reasonFrom(e.Reason)}
	}
	return err
}
