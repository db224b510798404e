// SPDX-License-Identifier: Apache-2.0

package problem_test

import (
	"fmt"
	"math/rand/v2"

	"mabeam.dev/cognitive/optimize/problem"
)

// still never moves.
type still struct{}

func (still) Next() []float64 { return []float64{0} }
func (still) Observe(float64) {}

func ExampleDrift() {
	d := problem.Drift{Motion: "static", Shape: "quad", Dim: 1}
	fmt.Printf("%.4f\n", d.Regret(still{}, 1000, 0, rand.New(rand.NewPCG(1, 2))))
	// Output: 0.6568
}
