// SPDX-License-Identifier: Apache-2.0

package detect_test

import (
	"fmt"

	"mabeam.dev/cognitive/detect"
)

// The latency is about 100 until it is about 120.
func Example() {
	d, _ := detect.NewCUSUM(detect.CUSUMSpec{Mean: 100, Deviation: 10})
	for i := range 100 {
		latency := 95 + float64(i%11)
		if i >= 60 {
			latency += 20
		}
		if to := d.Update(latency); to != detect.Quiet {
			fmt.Println("after", i-59, "values, up:", to == detect.Up)
			break
		}
	}
	// Output:
	// after 4 values, up: true
}
