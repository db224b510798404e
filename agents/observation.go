// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/health"
	"mabeam.dev/agents/index"
)

// Observation is what a kind sees of an agent whose work is done elsewhere, such as in a program.
type Observation struct {
	// Measured says that Memory, in bytes, and CPU, in CPUs, have been measured; otherwise they cannot be. They count more than what the
	// agent reports of itself.
	Measured bool
	Memory   int64
	CPU      float64
	// Beat is when the last sign of life came. The zero time says that none is promised. The policy of its health counts beats that did not
	// come; see Every.
	Beat time.Time
	// Every is how often signs of life have to come at least; it takes the place of a shorter Spec.Health.Beat.
	Every time.Duration
}

// Note replaces what was seen of the agent before; s is the spec that the kind was built with. Only observations of the present incarnation
// count. It sends nothing.
func (s Spec) Note(ctx *actors.Context[Message], o Observation) {
	v := s.vitals
	if v == nil {
		return
	}
	ref := ctx.Self()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.mu.ref == ref {
		v.mu.seen, v.mu.observed = o, true
	}
}

// usage is what an agent uses, and how that is known.
type usage struct {
	source index.Source
	memory int64
	cpu    float64
}

// usageLocked puts together what has been measured, reported and estimated. An agent that lives in this process and says nothing is taken to
// use a CPU for each piece of work in hand, which is the most that it can use.
func (v *vitals) usageLocked() usage {
	m := &v.mu
	switch {
	case m.observed && m.seen.Measured:
		return usage{index.Measured, m.seen.Memory, m.seen.CPU}
	case m.report.Memory > 0 || m.report.CPU > 0:
		return usage{index.Reported, m.report.Memory, m.report.CPU}
	case m.observed:
		return usage{source: index.Unmeasured}
	}
	return usage{source: index.Estimated, cpu: m.load.mean}
}

// policyLocked is how the health is judged, with the signs of life that were promised.
func (v *vitals) policyLocked() health.Policy {
	p := v.mu.spec.Health
	if every := v.mu.seen.Every; v.mu.observed && every > p.Beat {
		p.Beat = every
	}
	return p
}
