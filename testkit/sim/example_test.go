// SPDX-License-Identifier: Apache-2.0

package sim_test

import (
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/testkit/sim"
)

// Two clients add one to a number that they have read before: under some order of turns one of the two is lost.
func ExampleRun() {
	type message struct {
		set   int // 0: only read
		reply actors.Reply[int]
	}
	body := func(s *sim.Sim) {
		n := 0
		number := actors.MustSpawn(s.System(), "number", actors.Stateless(func(_ *actors.Context[message], m message) error {
			if m.set > 0 {
				n = m.set
			}
			m.reply.Send(n)
			return nil
		}))
		for _, name := range []string{"ann", "bob"} {
			actors.MustSpawn(s.System(), name, actors.Stateless(func(c *actors.Context[string], _ string) error {
				v, err := actors.Call(c, number, func(r actors.Reply[int]) message { return message{reply: r} })
				if err != nil {
					return err
				}
				_, err = actors.Call(c, number, func(r actors.Reply[int]) message { return message{v + 1, r} })
				return err
			})).Tell("add one")
		}
		s.Advance(time.Hour) // virtual
		if n != 2 {
			s.Errorf("the number is %d", n)
		}
	}
	for seed := range uint64(4) {
		r := sim.Run(seed, body)
		fmt.Println(seed, r.Elapsed, r.Failure)
	}
	// Output:
	// 0 1h0m0s the number is 1
	// 1 1h0m0s the number is 1
	// 2 1h0m0s <nil>
	// 3 1h0m0s the number is 1
}
