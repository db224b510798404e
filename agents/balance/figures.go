// SPDX-License-Identifier: Apache-2.0

package balance

import (
	"slices"
	"time"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

// What follows is for those who keep books of their own about who has what in hand, and choose from these; they come to the same choice as a
// [Balancer] that knows as much.

// leastSuccess keeps agents that always fail comparable by their speed.
const leastSuccess = 0.05

// Load is what an agent would hold with one more piece of work, for its weight. LeastLoaded picks the least.
func Load(inHand int64, weight float64) float64 { return float64(inHand+1) / weight }

// Slowness is the time that one success takes: that of an attempt, divided by the share of attempts that succeed. Performance picks the least
// Load x Slowness.
func Slowness(took time.Duration, success float64) float64 {
	return float64(max(took, time.Microsecond)) / max(success, leastSuccess)
}

// SlownessOf is the Slowness of an agent as its row has it, by the median of its times; ok is false for an agent that nobody has seen work.
func SlownessOf(r *index.Row) (x float64, ok bool) {
	took, known := r.Performance.P50.Get()
	if !known {
		return 0, false
	}
	share, known := r.Performance.SuccessRate.Get()
	if !known {
		share = 1
	}
	return Slowness(took, share), true
}

// CompareVersions orders versions of capabilities, the older first. What is no version is older than all that are.
func CompareVersions(a, b string) int {
	if a == b {
		return 0
	}
	v, ok := parseVersion(a)
	w, known := parseVersion(b)
	switch {
	case ok && known:
		return v.compare(w)
	case ok:
		return 1
	case known:
		return -1
	}
	return 0
}

// Rank is where a row stands by its state and health alone: 0 are those to be asked first, and greater ranks only when nobody before them can
// take it. ok is false for an agent that is to be asked never, because of the cause.
func (p Policy) Rank(r *index.Row) (rank int, because Cause, ok bool) {
	if r.State != query.Ready && r.State != query.Busy {
		return 0, ByState, false
	}
	for i, statuses := range p.ranks() {
		if slices.Contains(statuses, r.Health.Status) {
			return i, 0, true
		}
	}
	return 0, ByHealth, false
}
