// SPDX-License-Identifier: Apache-2.0

package bandit_test

import (
	"fmt"
	"math/rand/v2"

	"mabeam.dev/cognitive/bandit"
)

// Three ways to do the same thing; the second takes the least time. Rewards are from -10 to 0: minus the time.
func Example() {
	b, err := bandit.New(bandit.Spec{Arms: 3, Low: -10, High: 0})
	if err != nil {
		fmt.Println(err)
		return
	}
	rng := rand.New(rand.NewPCG(1, 2))
	times := []float64{6, 3, 5}
	for range 2000 {
		arm := b.Select(rng)
		if err := b.Update(arm, -times[arm]-rng.Float64(), 1); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println("best:", b.Best(), "mostly played:", b.Arm(1).Weight > 1500, "clipped:", b.Counts().Clipped)
	// Output:
	// best: 1 mostly played: true clipped: 0
}
