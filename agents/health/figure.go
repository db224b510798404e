// SPDX-License-Identifier: Apache-2.0

package health

import (
	"fmt"
	"math"
	"time"

	"mabeam.dev/agents/query"
)

// figure is one measure of a sample against its thresholds.
type figure struct {
	value         float64
	first, second float64 // thresholds; negative for none
	inclusive     bool    // the threshold itself is too much
	firstly       Status  // what the first threshold makes of the agent
	share         float64 // of a bounded mailbox that is taken; Unhealthy from full on
}

// full is the part of a bounded mailbox from which on it is as good as full.
const full = 0.8

// at returns the status by so much of the thresholds.
func (f figure) at(part float64) Status {
	switch {
	case math.IsNaN(f.value):
		return query.Healthy
	case f.over(f.second * part), f.share >= full*part:
		return query.Unhealthy
	case f.over(f.first * part):
		return f.firstly
	}
	return query.Healthy
}

func (f figure) over(threshold float64) bool {
	if threshold < 0 {
		return false
	}
	return f.value > threshold || f.inclusive && f.value == threshold
}

// figures are the measures of a sample.
func figures(p Policy, s Sample, now time.Time) [measures]figure {
	all := [measures]figure{
		queue:     levels(s.Queue, p.Queue),
		stuck:     levels(stuckFor(s), p.Stuck),
		latency:   levels(slowness(p, s), p.Latency),
		failures:  levels(failureShare(p, s), p.Errors),
		heartbeat: levels(missedBeats(p, s, now), p.Missed),
		resource:  levels(tightest(s).Ratio, p.Resource),
	}
	all[queue].firstly = query.Overloaded
	if s.Bound > 0 && p.Queue.Unhealthy > 0 {
		all[queue].share = float64(s.Queue) / float64(s.Bound)
	}
	all[heartbeat].inclusive, all[resource].inclusive = true, true
	return all
}

func levels[T int | float64 | time.Duration](value T, l Levels[T]) figure {
	return figure{value: float64(value), first: float64(l.Degraded), second: float64(l.Unhealthy), firstly: query.Degraded}
}

func stuckFor(s Sample) time.Duration {
	if s.Queue == 0 {
		return 0
	}
	return s.Turn
}

func slowness(p Policy, s Sample) float64 {
	if p.Target <= 0 {
		return 0
	}
	return float64(s.P99) / float64(p.Target)
}

// failureShare takes few calls for no evidence: an agent that gets no work because of its errors recovers, and is tried again.
func failureShare(p Policy, s Sample) float64 {
	if s.Calls == 0 || s.Calls < uint64(max(p.MinCalls, 0)) {
		return 0
	}
	return float64(s.Failed) / float64(s.Calls)
}

func missedBeats(p Policy, s Sample, now time.Time) int {
	if !s.Beating || p.Beat <= 0 {
		return 0
	}
	return max(int(now.Sub(s.LastBeat)/p.Beat), 0)
}

func tightest(s Sample) Share {
	worst := Share{}
	for _, share := range s.Shares {
		if share.Ratio > worst.Ratio {
			worst = share
		}
	}
	return worst
}

// detail is the figure for people.
func detail(m measure, p Policy, s Sample, value float64) string {
	switch m {
	case queue:
		if s.Bound > 0 {
			return fmt.Sprintf("%d of at most %d messages wait", s.Queue, s.Bound)
		}
		return fmt.Sprintf("%d messages wait", s.Queue)
	case stuck:
		return fmt.Sprintf("no turn for %v, and messages wait", s.Turn)
	case latency:
		return fmt.Sprintf("p99 %v, target %v", s.P99, p.Target)
	case failures:
		return fmt.Sprintf("%d of %d attempts failed", s.Failed, s.Calls)
	case heartbeat:
		return fmt.Sprintf("%.0f heartbeats missed", value)
	case resource:
		return fmt.Sprintf("%s at %.0f %% of its limit", tightest(s).Name, 100*value)
	}
	return ""
}
