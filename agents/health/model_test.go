// SPDX-License-Identifier: Apache-2.0

package health_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"mabeam.dev/agents/health"
	"mabeam.dev/agents/query"
)

// status is what a queue says by so much of the default thresholds.
func status(queue int, part float64) query.Status {
	switch {
	case float64(queue) > 5000*part:
		return query.Unhealthy
	case float64(queue) > 1000*part:
		return query.Overloaded
	}
	return query.Healthy
}

// believed is the naive model: it looks at the whole past of queues anew, for the judgement of the last one.
func believed(past []int) query.Status {
	level, row := query.Healthy, []query.Status(nil)
	for _, q := range past {
		if now := status(q, 1); now >= level {
			level, row = now, nil
			continue
		}
		if status(q, 0.8) >= level {
			row = nil
			continue
		}
		row = append(row, status(q, 0.8))
		if len(row) == health.Patience {
			level, row = max(row[0], row[1], row[2]), nil
		}
	}
	return level
}

func TestVerdictsFollowTheNaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var v health.Verdict
		var past []int
		for i, q := range rapid.SliceOfN(rapid.SampledFrom([]int{0, 799, 800, 801, 1000, 1001, 3999, 4000, 4001, 5000, 5001, 9999}), 1, 60).Draw(t, "queues") {
			past = append(past, q)
			before := v
			v = health.Judge(health.Policy{}, v, health.Sample{Queue: q}, t0.Add(time.Duration(i)*time.Second))
			if want := believed(past); v.Status != want {
				t.Fatalf("after %v: %v, want %v", past, v.Status, want)
			}
			if (v.Status == query.Healthy) != (len(v.Causes) == 0) {
				t.Fatalf("%v with causes %v", v.Status, v.Causes)
			}
			if v.Status == before.Status && i > 0 && v.Since != before.Since {
				t.Fatalf("since %v became %v without a change", before.Since, v.Since)
			}
		}
	})
}
