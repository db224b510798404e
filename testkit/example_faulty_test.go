// SPDX-License-Identifier: Apache-2.0

package testkit_test

import (
	"fmt"
	"strings"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit"
	"mabeam.dev/testkit/sim"
)

func firstLines(text string, n int) string {
	return strings.Join(strings.SplitN(text, "\n", n+1)[:n], "\n")
}

// The second message crashes the worker, and its next two starts fail: the supervisor tries until it works.
func ExampleFaulty() {
	result := sim.Run(1, func(s *sim.Sim) {
		sys := testkit.System(s, actors.Options{})
		worker := testkit.NewFaulty(actors.Stateless(func(_ *actors.Context[int], n int) error {
			fmt.Println("handled", n)
			return nil
		}))
		sup, err := supervision.Start(sys, "app", supervision.Spec{
			Intensity: supervision.Intensity{Max: 3}, Children: []supervision.Child{supervision.Worker("w", worker.Start)},
		})
		if err != nil {
			s.Fatalf("%v", err)
		}
		worker.At(2, testkit.Crash)
		worker.FailStarts(2)
		w := supervision.ChildRef[int](sup, "w")
		for n := range 3 {
			w.Tell(n)
			testkit.Settle(sys)
		}
		for range 3 {
			e := testkit.ExpectEvent[supervision.ChildRestarting](s, sys, 0, nil)
			fmt.Println("restart", e.Attempt.N)
		}
		testkit.ExpectNoEvent[supervision.GaveUp](s, sys, time.Hour, nil)
	})
	fmt.Println(result.Failure)
	// Output:
	// handled 0
	// handled 2
	// restart 1
	// restart 2
	// restart 3
	// <nil>
}
