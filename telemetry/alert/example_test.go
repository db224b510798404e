// SPDX-License-Identifier: Apache-2.0

package alert_test

import (
	"fmt"
	"time"

	"mabeam.dev/telemetry/alert"
)

// depth is a view of one series without keys.
type depth struct {
	value float64
	at    time.Time
}

func (d depth) Samples(alert.Measure) []alert.Sample {
	return []alert.Sample{{Value: d.value, At: d.at}}
}

func Example() {
	m, err := alert.New(alert.Spec{
		Routes: []alert.Route{{Name: "ops"}},
		Rules:  []alert.Rule{{Name: "queue is long", Series: "queue.depth", Threshold: 100, For: 2 * time.Second}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for second, value := range []float64{120, 130, 140, 90} {
		now = now.Add(time.Second)
		for _, d := range m.Step(now, depth{value, now}).Deliveries {
			fmt.Println(second, d.Route, d.Notices[0].Rule, d.Notices[0].What)
			m.Sent(d)
		}
	}
	// Output:
	// 2 ops queue is long fired
	// 3 ops queue is long resolved
}
