// SPDX-License-Identifier: Apache-2.0

package node

import (
	"encoding/json"
	"time"

	"mabeam.dev/agents"
	"mabeam.dev/agents/health"
	"mabeam.dev/config"
)

// labels converts the labels of an agent.
func labels(from map[string]config.Text) map[string]string {
	if from == nil {
		return nil
	}
	to := make(map[string]string, len(from))
	for name, value := range from {
		to[name] = value.Reveal()
	}
	return to
}

// capabilities converts what an agent can do.
func capabilities(c config.Child) []agents.Capability {
	all := agents.Can(c.Capabilities...)
	for i := range all {
		if s, ok := c.CapabilitySettings[all[i].Name]; ok {
			all[i].Settings = asJSON(s)
		}
	}
	return all
}

// asJSON writes a free value of a config file as JSON, which all of them have. Secrets stay references: what is written here is shown.
func asJSON(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

// limits converts the section resources.
func limits(r *config.Resources) agents.Limits {
	if r == nil {
		return agents.Limits{}
	}
	return agents.Limits{Memory: int64(r.Memory), CPU: r.CPU, Queue: int64(r.Queue), Inflight: int64(r.Inflight), Budget: r.Budget}
}

// price converts what the agent's work costs.
func price(r *config.Resources) agents.Price {
	if r == nil {
		return agents.Price{}
	}
	return agents.Price{Attempt: r.PerAttempt, Second: r.PerSecond}
}

// policy converts the section health.
func policy(h *config.Health) health.Policy {
	if h == nil {
		return health.Policy{}
	}
	return health.Policy{
		Target:   h.Target,
		Latency:  health.Levels[float64]{Degraded: h.Latency, Unhealthy: h.LatencyUnhealthy},
		Queue:    health.Levels[int]{Degraded: h.Queue, Unhealthy: h.QueueUnhealthy},
		Stuck:    health.Levels[time.Duration]{Degraded: h.Stuck, Unhealthy: h.StuckUnhealthy},
		Errors:   health.Levels[float64]{Degraded: h.Errors, Unhealthy: h.ErrorsUnhealthy},
		MinCalls: h.MinCalls,
		Beat:     h.Beat,
		Missed:   health.Levels[int]{Degraded: h.Missed, Unhealthy: h.MissedUnhealthy},
		Resource: health.Levels[float64]{Degraded: h.Resource, Unhealthy: h.ResourceUnhealthy},
	}
}
