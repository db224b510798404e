// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/supervision"
)

// A process takes a lock and ends without giving it back; the next one gets it, and what the first one still sends is refused.
func ExampleSpace() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer func() { _ = sys.Close(ctx) }()
	space, child, err := protocols.NewSpace(sys, protocols.SpaceOptions{Name: "space"})
	if err != nil {
		panic(err)
	}
	if _, err := supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child}}); err != nil {
		panic(err)
	}
	granted := make(chan *protocols.Grant, 1)
	ann := actors.MustSpawn(sys, "ann", actors.Stateless(func(c *actors.Context[int], _ int) error {
		g, err := space.Lock("ledger").Acquire(c, protocols.Claim{TTL: time.Minute})
		granted <- g
		return err
	}))
	ann.Tell(0)
	first := <-granted
	ann.PID().Kill()

	second, err := space.Lock("ledger").Acquire(protocols.AsOwner(ctx, "bob"))
	if err != nil {
		panic(err)
	}
	var ledger protocols.Fence
	fmt.Println(ledger.Do(second.Token(), func() error { fmt.Println("bob writes"); return nil }))
	fmt.Println(ledger.Do(first.Token(), func() error { fmt.Println("ann writes"); return nil }))
	// Output:
	// bob writes
	// <nil>
	// lock: token 2.1: 2.2 was given since
}
