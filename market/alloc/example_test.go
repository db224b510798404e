// SPDX-License-Identifier: Apache-2.0

package alloc_test

import (
	"fmt"

	"mabeam.dev/market/alloc"
	"mabeam.dev/market/money"
)

// The dearest task does not fit beside the others; what is left of the budget buys two more.
func ExampleChoose() {
	best, _ := alloc.Choose([][]alloc.Option{
		{{Cost: 60, Value: 100}},
		{{Cost: 50, Value: 90}, {Cost: 20, Value: 30}},
		{{Cost: 30, Value: 55}},
	}, 100, 0)
	fmt.Println(best.Options, int64(best.Cost), int64(best.Value), best.Optimal)
	// Output: [0 -1 0] 90 155 true
}

func ExampleAssign() {
	agents, total, _ := alloc.Assign([][]money.Amount{
		{4, 1, 3},
		{2, 0, 5},
		{3, 2, alloc.Forbidden},
	})
	fmt.Println(agents, int64(total))
	// Output: [2 1 0] 6
}
