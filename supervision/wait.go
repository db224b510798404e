// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"mabeam.dev/actors"
	"mabeam.dev/supervision/plan"
)

// wait arms the timer of a restart that is to wait, or that is planned. It belongs to the supervisor and ends with it.
func (p *process) wait(ctx *scope, a plan.Wait) {
	if p.waits == nil {
		p.waits = map[plan.WaitKey]actors.Timer{}
	}
	p.waits[a.Key] = ctx.After(a.For, waited{a.Key})
}

// came reports that a child is up. Only a Backoff asks when, and the clock is not free; only a Schedule needs a random number.
func (p *process) came(ctx *scope, c *plan.Child, pid actors.PID) plan.Started {
	up := plan.Started{Ref: pid}
	if c.Backoff != nil {
		up.Now = p.age(ctx)
	}
	if c.Schedule != nil {
		up.Chance = ctx.Rand().Float64()
	}
	return up
}
