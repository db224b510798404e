// SPDX-License-Identifier: Apache-2.0

package counter_test

import (
	"fmt"

	"mabeam.dev/protocols/counter"
)

// Two replicas count apart, and take from a stock without asking one another.
func Example() {
	var one, two counter.PN
	fmt.Println(one.Add("one/1", 5), two.Add("two/1", -2))
	one.Merge(two)
	fmt.Println(one.Value())

	var stock counter.Stock
	fmt.Println(stock.Put("one", 10), stock.Hand("one", "two", 4))
	fmt.Println(stock.Acquire("two", 5))
	// Output:
	// <nil> <nil>
	// 3 <nil>
	// <nil> <nil>
	// counter: "two" takes 5: its share is 4
}
