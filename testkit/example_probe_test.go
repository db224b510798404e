// SPDX-License-Identifier: Apache-2.0

package testkit_test

import (
	"context"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/testkit"
	"mabeam.dev/testkit/sim"
)

// Paid is what a shop tells its bank.
type Paid struct{ What string }

// A probe in the place of a process, in one run of a simulation. In a test sim.Explore takes the place of sim.Run, or synctest.Test, and
// nothing else changes.
func ExampleProbe() {
	result := sim.Run(1, func(s *sim.Sim) {
		sys := testkit.System(s, actors.Options{})
		bank := testkit.NewProbe[Paid](s, sys, "bank")
		shop := actors.MustSpawn(sys, "shop", actors.Stateless(func(ctx *actors.Context[string], what string) error {
			actors.SendAfter(ctx, bank.Ref(), time.Minute, Paid{what})
			return nil
		}))
		shop.Tell("tea")
		bank.ExpectNone(59*time.Second, nil)
		fmt.Println(bank.Expect(time.Second, nil))
		bank.ExpectEqual(time.Minute, Paid{"coffee"})
	})
	fmt.Println(firstLines(result.Failure.Error(), 3))
	// Output:
	// {tea}
	// testkit: probe "/bank#1": no testkit_test.Paid{What:coffee} came within 1m0s; not taken by any expectation: 0
	// processes: 2
	//   /bank#1 (probe) running, mailbox 0 (most 1), handled 1
}

// A probe answers calls.
func ExampleProbe_Answer() {
	type price struct {
		of    string
		reply actors.Reply[int]
	}
	sim.Run(1, func(s *sim.Sim) {
		list := testkit.NewProbe[price](s, testkit.System(s, actors.Options{}), "list")
		list.Answer(func(_ *actors.Context[price], m price) error {
			m.reply.Send(len(m.of))
			return nil
		})
		fmt.Println(actors.Call(context.Background(), list.Ref(), func(r actors.Reply[int]) price { return price{"tea", r} }))
	})
	// Output: 3 <nil>
}
