// SPDX-License-Identifier: Apache-2.0

package window_test

import (
	"fmt"
	"time"

	"mabeam.dev/telemetry/window"
)

func Example() {
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	var requests window.Counter
	for total := 0.0; total <= 50; total += 5 { // a total that somebody else keeps, read each second
		requests.Read(now, total)
		now = now.Add(time.Second)
	}
	fmt.Printf("%.1f a second\n", requests.Rate(now.Add(-time.Second), window.Minute))
	// Output: 5.0 a second
}
