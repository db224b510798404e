// SPDX-License-Identifier: Apache-2.0

package performance_test

import (
	"fmt"
	"time"

	"mabeam.dev/agents/performance"
	"mabeam.dev/telemetry/window"
)

// Ten attempts in ten seconds, the last of which failed.
func Example() {
	var h performance.History
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 10 {
		now = now.Add(time.Second)
		h.Record(now, time.Duration(i+1)*time.Millisecond, i < 9)
	}
	f := h.Figures(now, window.Minute)
	rate, _ := f.SuccessRate()
	fmt.Println(f.P50, f.P99, rate, f.Done, f.Failed)
	// Output: 5ms 10ms 0.9 9 1
}
