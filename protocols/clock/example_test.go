// SPDX-License-Identifier: Apache-2.0

package clock_test

import (
	"fmt"
	"time"

	"mabeam.dev/protocols/clock"
)

// A message comes from a clock that is ahead; the receipt is after it all the same.
func Example() {
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	sent, err := clock.At(now.Add(100 * time.Millisecond))
	if err != nil {
		panic(err)
	}
	c := clock.NewHLC(clock.HLCOptions{}, 0)
	received, keep, err := c.Observe(now, sent)
	fmt.Println(received, received > sent, keep.Time().Format("05.000"), err)
	// Output:
	// 2000-01-01T00:00:00.100Z+1 true 00.300 <nil>
}
