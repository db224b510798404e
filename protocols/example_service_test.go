// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/supervision"
)

// Two votes and a lock are waited for and counted in the same way.
func ExampleCoordinator() {
	sys := actors.New(actors.Options{})
	defer func() { _ = sys.Close(context.Background()) }()
	roster := fixed{}
	for _, name := range []string{"ann", "bob"} {
		roster[name] = protocols.Member{Process: actors.MustSpawn(sys, name, says("yes"))}
	}
	engine, err := protocols.NewEngine(protocols.EngineOptions{Name: "coordination", Roster: roster})
	if err != nil {
		panic(err)
	}
	space, child, err := protocols.NewSpace(sys, protocols.SpaceOptions{Name: "space"})
	if err != nil {
		panic(err)
	}
	if _, err := supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child, engine.Child()}}); err != nil {
		panic(err)
	}
	ctx := protocols.AsOwner(context.Background(), "clerk")
	c := protocols.NewCoordinator(sys, engine, space)
	for _, o := range []protocols.Order{
		{Kind: protocols.WorkSession, Session: protocols.Spec{Question: "Ship it?", Participants: []string{"ann", "bob"}}},
		{Kind: protocols.WorkLock, Name: "ledger"},
	} {
		work, err := c.Create(ctx, o)
		if err != nil {
			panic(err)
		}
		got, err := work.Wait(ctx)
		fmt.Println(o.Kind, got.Result.Decision, got.Grant != nil, err)
	}
	stats, err := c.Stats(ctx)
	fmt.Println(stats.Sessions.Ended[protocols.StateDecided], "decided,", stats.Spaces[0].Held, "held,", err)
	// Output:
	// session yes false <nil>
	// lock  true <nil>
	// 1 decided, 1 held, <nil>
}
