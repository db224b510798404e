// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"context"

	"mabeam.dev/actors"
	"mabeam.dev/telemetry/collect"
)

// Record adds a figure to one of the agent's own metrics, in a base unit such as seconds or bytes: ctx is that of [Worker].Do, or the
// context of the agent's process. The node keeps totals of up to 32 metrics of each agent, and percentiles over windows of the agents that
// record most (see telemetry/collect). It reports false for another context, where nobody collects, for a figure that is not finite and
// beyond the bounds. It takes no message and waits for nothing.
func Record(ctx context.Context, metric string, figure float64) bool {
	agent, ok := Life(ctx).(*actors.Context[Message])
	return ok && collect.RecordAgent(agent.System(), agent.PID().Name(), metric, figure)
}
