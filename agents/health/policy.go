// SPDX-License-Identifier: Apache-2.0

package health

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"time"

	"mabeam.dev/actors/fault"
)

// Never as a level's value never holds: the cause, or its worse half, is switched off.
const Never = -1

// Levels are two thresholds of one figure. 0 means the default, a negative value (Never) that there is none.
type Levels[T int | float64 | time.Duration] struct {
	// Degraded is where it begins to be wrong.
	Degraded T
	// Unhealthy is where it is so wrong that the agent should get no work.
	Unhealthy T
}

// Policy says from where on an agent is not healthy. The zero Policy has the defaults.
type Policy struct {
	// Queue is how many messages wait, beyond which the agent is Overloaded and Unhealthy; 1,000 and 5,000. A mailbox that is 80 % full
	// is Unhealthy whatever its size, unless Queue.Unhealthy is Never.
	Queue Levels[int]
	// Stuck is the age of the turn that runs, or of the last one, while messages wait; 5 s and 30 s.
	Stuck Levels[time.Duration]
	// Target is the response time that the 99th percentile of the last minute is held against; 0 means that there is none.
	Target time.Duration
	// Latency is how many times Target; 1 and 3.
	Latency Levels[float64]
	// Errors is the share of failed attempts in the last minute, from 0 to 1, if there are at least MinCalls; 0.1 and 0.5.
	Errors Levels[float64]
	// MinCalls is how many attempts make a share worth believing; 20.
	MinCalls int
	// Beat is the time between two heartbeats of an agent that lives elsewhere; 1 s.
	Beat time.Duration
	// Missed is how many heartbeats in a row did not come; 2 and 3.
	Missed Levels[int]
	// Resource is usage divided by its limit; 0.8 and 0.9.
	Resource Levels[float64]
}

// withDefaults fills in what is 0.
func (p Policy) withDefaults() Policy {
	return Policy{
		Queue:    fill(p.Queue, 1000, 5000),
		Stuck:    fill(p.Stuck, 5*time.Second, 30*time.Second),
		Target:   p.Target,
		Latency:  fill(p.Latency, 1, 3),
		Errors:   fill(p.Errors, 0.1, 0.5),
		MinCalls: cmp.Or(p.MinCalls, 20),
		Beat:     cmp.Or(p.Beat, time.Second),
		Missed:   fill(p.Missed, 2, 3),
		Resource: fill(p.Resource, 0.8, 0.9),
	}
}

func fill[T int | float64 | time.Duration](l Levels[T], degraded, unhealthy T) Levels[T] {
	return Levels[T]{cmp.Or(l.Degraded, degraded), cmp.Or(l.Unhealthy, unhealthy)}
}

// ErrInvalidPolicy is what every mistake of a policy is.
var ErrInvalidPolicy = fault.New(1501, "health: invalid policy")

// Validate returns every mistake, joined; each is ErrInvalidPolicy.
func (p Policy) Validate() error {
	var all []error
	wrong := func(field, why string) {
		all = append(all, fmt.Errorf("health: check policy: %s: %s: %w", field, why, ErrInvalidPolicy))
	}
	d := p.withDefaults()
	order(wrong, "queue", d.Queue)
	order(wrong, "stuck", d.Stuck)
	order(wrong, "latency", d.Latency)
	order(wrong, "errors", d.Errors)
	order(wrong, "missed", d.Missed)
	order(wrong, "resource", d.Resource)
	if p.Target < 0 {
		wrong("target", "is negative")
	}
	if p.MinCalls < 0 {
		wrong("min_calls", "is negative")
	}
	if p.Beat < 0 {
		wrong("beat", "is negative")
	}
	if d.Errors.Degraded > 1 || d.Errors.Unhealthy > 1 {
		wrong("errors", "is a share, from 0 to 1")
	}
	return errors.Join(all...)
}

func order[T int | float64 | time.Duration](wrong func(field, why string), field string, l Levels[T]) {
	switch {
	case math.IsNaN(float64(l.Degraded)) || math.IsNaN(float64(l.Unhealthy)):
		wrong(field, "is not a number")
	case l.Degraded > 0 && l.Unhealthy > 0 && l.Unhealthy < l.Degraded:
		wrong(field, fmt.Sprintf("unhealthy at %v, before degraded at %v", l.Unhealthy, l.Degraded))
	}
}
