// SPDX-License-Identifier: Apache-2.0

package waitfor_test

import (
	"fmt"

	"mabeam.dev/protocols/waitfor"
)

// Ann waits for what bob has, and bob for one of two permits that ann and cid have: that is no deadlock until cid waits as well.
func Example() {
	waits := map[string][]waitfor.Wait{
		"ann": {{Who: "ann", For: "lock", All: []string{"bob"}}},
		"bob": {{Who: "bob", For: "permit", Short: 1, Some: []waitfor.Share{{"ann", 1}, {"cid", 1}}}},
	}
	of := func(who string) []waitfor.Wait { return waits[who] }
	fmt.Println(waitfor.Cycle("bob", of) == nil)
	waits["cid"] = []waitfor.Wait{{Who: "cid", For: "lock", All: []string{"ann"}}}
	for _, w := range waitfor.Cycle("cid", of) {
		fmt.Println(w.Who, "waits for the", w.For)
	}
	// Output:
	// true
	// cid waits for the lock
	// ann waits for the lock
	// bob waits for the permit
}
