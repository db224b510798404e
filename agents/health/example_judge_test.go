// SPDX-License-Identifier: Apache-2.0

package health_test

import (
	"fmt"
	"time"

	"mabeam.dev/agents/health"
)

// An agent with a target for its response times, too slow and then well again.
func Example() {
	policy := health.Policy{Target: 50 * time.Millisecond}
	var v health.Verdict
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, p99 := range []time.Duration{20, 80, 30, 30, 30} {
		v = health.Judge(policy, v, health.Sample{P99: p99 * time.Millisecond}, now)
		fmt.Println(v.Status, v.Causes)
		now = now.Add(time.Second)
	}
	// Output:
	// healthy []
	// degraded [{latency degraded p99 80ms, target 50ms}]
	// degraded [{latency degraded p99 80ms, target 50ms}]
	// degraded [{latency degraded p99 80ms, target 50ms}]
	// healthy []
}
