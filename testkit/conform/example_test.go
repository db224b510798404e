// SPDX-License-Identifier: Apache-2.0

package conform_test

import (
	"context"
	"fmt"

	"mabeam.dev/testkit/conform"
)

func Example() {
	script, err := conform.Parse("hello", `
sup root strategy=rest_for_one intensity=1
child root a
child root b shutdown=brutal_kill
run
start
exit a boom
exit b boom
`)
	if err != nil {
		fmt.Println(err)
		return
	}
	trace, err := conform.Run(context.Background(), script, conform.NewPure())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(trace)
	// Output:
	// > start
	// start root#1
	// start a#1
	// start b#1
	// = ok root#1
	// > exit a boom
	// exit a#1 boom
	// exit b#1 killed
	// start a#2
	// start b#2
	// = ok
	// > exit b boom
	// exit b#2 boom
	// exit a#2 shutdown
	// exit root#1 shutdown
	// = ok
	// end
}
