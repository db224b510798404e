// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive/adapt"
)

// report takes feedback in. It counts for the version that it names alone.
func (a *adapter) report(ctx *actors.Context[adapterMessage], f Feedback, at time.Time) {
	a.status.Received++
	if a.m == nil {
		a.control(ctx, f)
		return
	}
	in := adapt.Reported{At: at, Weight: f.Weight, Metrics: f.Metrics}
	switch own, ok := a.at[place{f.Variable, "agent/" + f.Agent}]; {
	case ok && f.Agent != "" && a.slice[f.Agent] && f.Version == own:
		in.Slice = true
	case f.Version.IsZero() || f.Version != a.base[f.Variable]:
		a.status.Outdated++
		return
	case a.slice[f.Agent] && !ok && len(a.at) > 0: // a part of the candidate is as before, but not the others
		in.Slice = true
	}
	a.fresh = true
	a.do(ctx, a.m.Step(in))
	if a.a.Every < 0 {
		a.think(ctx)
	}
}

// control has the user's function say what the value should be. While a proposal is under way nothing is asked of it.
func (a *adapter) control(ctx *actors.Context[adapterMessage], f Feedback) {
	if a.a.Control == nil || a.busy {
		return
	}
	e := a.s.root.Load().find(a.c.name)
	if e == nil || f.Version != e.version {
		a.status.Outdated++
		return
	}
	if next, why, ok := a.a.Control(ctx.Now(), e.value, f); ok && !next.Equal(e.value) {
		a.propose(ctx, &proposal{Changes: []change{{Variable: a.c.name, Value: next}}, Cause: ByAdapter, Reason: why, Gain: probing})
	}
}

// retune takes up another way to adapt. A proposal that is under way is about the old one.
func (a *adapter) retune(ctx *actors.Context[adapterMessage]) {
	a.a = a.c.live.Load()
	a.status.Strategy = a.a.Spec.Strategy
	value, ok := a.present()
	if a.m == nil || !ok {
		return
	}
	if !a.busy {
		a.s.turns.leave(a.c)
	}
	a.n++
	a.busy = false
	a.do(ctx, a.m.Step(adapt.Retuned{At: ctx.Now(), Spec: a.spec(ctx), Value: value}))
	a.fresh = true
	a.keep()
}
