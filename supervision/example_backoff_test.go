// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/testkit/sim"
)

// connection is up for a second and then loses its peer; the peer is away for a while.
type connection struct{ back time.Time }

type lost struct{}

func (c *connection) Init(ctx *actors.Context[lost]) error {
	if ctx.Now().Before(c.back) {
		return errors.New("connection refused")
	}
	ctx.After(time.Second, lost{})
	return nil
}

func (c *connection) Receive(ctx *actors.Context[lost], _ lost) error {
	c.back = ctx.Now().Add(20 * time.Second)
	return errors.New("connection lost")
}

// Restarts that wait, each longer than the one before. Without a Backoff the supervisor would have given up at once.
func ExampleBackoff() {
	sim.Run(1, func(s *sim.Sim) { // virtual time
		bus := telemetry.NewBus()
		sys := s.NewSystem(actors.Options{Events: bus})
		began := sys.Now()
		defer telemetry.Subscribe(bus, "example", func(e supervision.BackoffWait) {
			fmt.Printf("%v: attempt %d waits %v\n", sys.Now().Sub(began), e.Attempt, e.For)
		})()
		defer telemetry.Subscribe(bus, "example", func(supervision.ChildStarted) { fmt.Printf("%v: up\n", sys.Now().Sub(began)) })()

		var shared connection
		link := supervision.Worker("link", func() actors.Behavior[lost] { return &shared })
		link.Backoff = &supervision.Backoff{Initial: time.Second, Max: 8 * time.Second}
		if _, err := supervision.Start(sys, "net", supervision.Spec{Children: []supervision.Child{link}, Intensity: supervision.Intensity{Max: 5}}); err != nil {
			fmt.Println(err)
		}
		s.Advance(30 * time.Second)
	})
	// Output:
	// 0s: up
	// 1s: attempt 1 waits 1s
	// 2s: attempt 2 waits 2s
	// 4s: attempt 3 waits 4s
	// 8s: attempt 4 waits 8s
	// 16s: attempt 5 waits 8s
	// 24s: up
	// 25s: attempt 6 waits 8s
}
