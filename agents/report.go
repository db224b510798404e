// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"context"

	"mabeam.dev/actors"
	"mabeam.dev/agents/health"
)

// Report is what an agent says of itself; it replaces the last one. Only reports of the present incarnation count: each begins with none.
type Report struct {
	// Memory is what it uses in bytes, CPU in CPUs; 0 is unknown.
	Memory int64
	CPU    float64
	// Checks are the results of its own checks; a Degraded, Overloaded or Unhealthy one is a cause of its health.
	Checks []health.Check
	// Beating promises further reports, one each Spec.Health.Beat: the sweep counts those that do not come.
	Beating bool
}

func (Report) agent() {}

// Tell reports from inside the work: ctx is that of [Worker].Do. It reports false for another context.
func (r Report) Tell(ctx context.Context) bool {
	agent, ok := Life(ctx).(*actors.Context[Message])
	if ok {
		agent.Self().From(agent).Tell(r)
	}
	return ok
}
