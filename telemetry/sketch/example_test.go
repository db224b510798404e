// SPDX-License-Identifier: Apache-2.0

package sketch_test

import (
	"fmt"

	"mabeam.dev/telemetry/sketch"
)

func Example() {
	var today, tomorrow sketch.Sketch
	for i := 1; i <= 500; i++ {
		today.Add(float64(i))
		tomorrow.Add(float64(500 + i))
	}
	today.Merge(&tomorrow)
	p99, _ := today.Quantile(0.99)
	fmt.Println(today.Count(), today.Min(), today.Max(), p99 > 980 && p99 < 1000)
	// Output: 1000 1 1000 true
}
