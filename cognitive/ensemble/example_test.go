// SPDX-License-Identifier: Apache-2.0

package ensemble_test

import (
	"fmt"

	"mabeam.dev/cognitive/ensemble"
)

// One good voter is worth more than two that toss a coin, if the votes are weighed by log-odds.
func Example() {
	p := []float64{0.99, 0.51, 0.51}
	heads, _ := ensemble.Accuracy(p, ensemble.ByHead.Weights(p))
	odds, _ := ensemble.Accuracy(p, ensemble.ByLogOdds.Weights(p))
	fmt.Printf("by head %.4f, by log-odds %.4f\n", heads, odds)

	voters := []ensemble.Voter{{0.95, 30}, {0.90, 25}, {0.80, 10}, {0.75, 6}, {0.70, 4}, {0.65, 2}, {0.60, 1}}
	for _, budget := range []int64{20, 30, 50} {
		c, _ := ensemble.CostOptimal(voters, budget)
		fmt.Printf("for %d: %v is right in %.3f\n", budget, c.Team, c.Accuracy)
	}
	// Output:
	// by head 0.7549, by log-odds 0.9900
	// for 20: [2 3 4] is right in 0.845
	// for 30: [0] is right in 0.950
	// for 50: [0 2 3 4] is right in 0.957
}
