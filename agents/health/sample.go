// SPDX-License-Identifier: Apache-2.0

package health

import (
	"time"

	"mabeam.dev/agents/query"
)

// Status is how an agent is: the same values as in the field health of queries.
type Status = query.Status

// Sample is what was measured of an agent since the last judgement. What is left out is no evidence.
type Sample struct {
	// Dead says that the process has ended, and Reason why.
	Dead   bool
	Reason string
	// Queue is how many messages wait, Bound how many may; a Bound of 0 is none.
	Queue, Bound int
	// Turn is the age of the turn that runs, or the time since the last one began.
	Turn time.Duration
	// P99 is the 99th percentile of the response times in the last minute; 0 if there were none.
	P99 time.Duration
	// Calls are the attempts that ended in the last minute, Failed those of them that gave no result.
	Calls, Failed uint64
	// Beating says that the agent owes heartbeats. LastBeat is when the last one came, or when the agent came up.
	Beating  bool
	LastBeat time.Time
	// Shares are usages divided by their limits.
	Shares []Share
	// Checks are what the kind's own checks say.
	Checks []Check
}

// Share is the usage of one resource divided by its limit.
type Share struct {
	Name  string // memory, cpu
	Ratio float64
}

// Check is the word of a kind's own check. Statuses other than Degraded, Overloaded and Unhealthy say that nothing is wrong.
type Check struct {
	Name   string
	Status Status
	Detail string
}
