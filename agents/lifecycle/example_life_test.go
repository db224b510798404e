// SPDX-License-Identifier: Apache-2.0

package lifecycle_test

import (
	"fmt"

	"mabeam.dev/agents/lifecycle"
)

// A short life, and an event that cannot happen.
func Example() {
	var l lifecycle.Life
	for _, e := range []lifecycle.Event{
		lifecycle.Register, lifecycle.Start, lifecycle.Up, lifecycle.Take, lifecycle.Drain, lifecycle.Take, lifecycle.Crash,
	} {
		next, change, err := l.Step(e)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(change.Event, next.State, change.Returned)
		l = next
	}
	// Output:
	// register registered 0
	// start starting 0
	// up ready 0
	// take busy 0
	// drain draining 0
	// lifecycle: step "take": cannot happen in state draining
	// crash failed 1
}
