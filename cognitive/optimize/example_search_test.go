// SPDX-License-Identifier: Apache-2.0

package optimize_test

import (
	"fmt"

	"mabeam.dev/cognitive/optimize"
)

func Example() {
	space, err := optimize.NewSpace(
		optimize.Dimension{Name: "x", Min: -5, Max: 5},
		optimize.Dimension{Name: "layers", Kind: optimize.Integer, Min: 1, Max: 8},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	search, err := optimize.New(space, optimize.Options{Seed: 1, Limit: 60})
	if err != nil {
		fmt.Println(err)
		return
	}
	for !search.Done() {
		trials, err := search.Ask(2)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, t := range trials {
			x, layers := t.Point[0], t.Point[1]
			if err := search.Tell(t.ID, optimize.Measurement{Value: (x-2)*(x-2) + (layers-3)*(layers-3)}); err != nil {
				fmt.Println(err)
			}
		}
	}
	best, m, _ := search.Best()
	fmt.Printf("x=%.3f layers=%v: %.6f\n", best.Point[0], best.Point[1], m.Value)
	// Output: x=2.000 layers=3: 0.000000
}
