// SPDX-License-Identifier: Apache-2.0

package dynamic_test

import (
	"context"
	"errors"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

// guest is a process for somebody who comes and goes.
type guest struct{ name string }

type greet struct{ reply actors.Reply[string] }

func newGuest(name string) actors.Behavior[greet] { return &guest{name} }

func (g *guest) Receive(_ *actors.Context[greet], m greet) error {
	m.reply.Send("hello from " + g.name)
	return nil
}

// A template holds what the children have in common; each is started with args of its own.
func Example() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer func() { _ = sys.Close(ctx) }()

	guests, err := dynamic.Start(sys, "guests", dynamic.Spec{MaxChildren: 2})
	if err != nil {
		panic(err)
	}
	template, err := dynamic.NewTemplate("guest", newGuest, func(c *supervision.Child) { c.Restart = supervision.Temporary })
	if err != nil {
		panic(err)
	}
	for _, name := range []string{"Ada", "Joe", "Robert"} {
		ref, err := template.Start(ctx, guests, name)
		if errors.Is(err, dynamic.ErrMaxChildren) {
			fmt.Println(err)
			continue
		}
		text, _ := actors.Call(ctx, ref, func(r actors.Reply[string]) greet { return greet{r} })
		fmt.Println(text)
	}
	// Output:
	// hello from Ada
	// hello from Joe
	// supervision: start child "guest": there are as many children as are allowed
}
