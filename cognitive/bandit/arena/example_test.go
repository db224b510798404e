// SPDX-License-Identifier: Apache-2.0

package arena_test

import (
	"fmt"

	"mabeam.dev/cognitive/bandit"
	"mabeam.dev/cognitive/bandit/arena"
)

// The second arm becomes the best when it has not been played for long.
func Example() {
	w := arena.World{Segments: []arena.Segment{{From: 0, Means: []float64{0.6, 0.5}}, {From: 3000, Means: []float64{0.6, 0.95}}}}
	for _, method := range []bandit.Method{bandit.Auto, bandit.Thompson} {
		total := 0.0
		for seed := range uint64(20) {
			b, _ := bandit.New(bandit.Spec{Arms: w.Arms(), Method: method})
			total += arena.Play(w, b, seed, 10_000)[0]
		}
		fmt.Println(method, "loses less than 300 a run:", total/20 < 300)
	}
	// Output:
	// auto loses less than 300 a run: true
	// thompson loses less than 300 a run: false
}
