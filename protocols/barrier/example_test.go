// SPDX-License-Identifier: Apache-2.0

package barrier_test

import (
	"fmt"
	"time"

	"mabeam.dev/protocols/barrier"
)

// Three wait for one another; in the next generation one of them ends.
func Example() {
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	b, err := barrier.New(barrier.Spec{Parties: 3})
	if err != nil {
		panic(err)
	}
	for i, who := range []string{"ann", "bob", "cid", "ann", "bob"} {
		for _, e := range b.Arrive(now, barrier.Arrival{ID: fmt.Sprint(i), Member: who}) {
			fmt.Println(e.Member, "passes", e.Generation)
		}
	}
	for _, e := range b.Down(now, "bob") {
		fmt.Println(e.Member, e.Err)
	}
	// Output:
	// ann passes 1
	// bob passes 1
	// cid passes 1
	// ann barrier: generation 2 is broken: bob ended
	// bob barrier: generation 2 is broken: bob ended
}
