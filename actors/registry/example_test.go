// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"context"
	"errors"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/actors/registry"
)

// say is the message of the example's rooms.
type say struct {
	text  string
	reply actors.Reply[string]
}

// room registers under its name when it starts.
type room struct {
	rooms *registry.Registry[string, int]
	name  string
	seats int
}

func (r *room) Init(c *actors.Context[say]) error { return r.rooms.Register(c, r.name, r.seats) }

func (r *room) Receive(_ *actors.Context[say], m say) error {
	m.reply.Send(r.name + " hears " + m.text)
	return nil
}

// Names that only their registry knows, with a value for each.
func Example() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	rooms, err := registry.Start[string, int](sys, registry.Spec{Name: "rooms"})
	if err != nil {
		panic(err)
	}
	open := func(name string, seats int) error {
		_, err := actors.Spawn(sys, "", func() actors.Behavior[say] { return &room{rooms, name, seats} })
		return err
	}
	fmt.Println(open("lobby", 12), open("attic", 3))
	var taken *registry.AlreadyRegisteredError[string, int]
	fmt.Println(errors.As(open("lobby", 99), &taken), taken.Value)

	lobby, _ := registry.Via[say](rooms, "lobby")
	said, _ := actors.Call(ctx, lobby, func(r actors.Reply[string]) say { return say{"hello", r} })
	fmt.Println(said)

	lobby.PID().Kill()
	_, err = rooms.Find("lobby")
	fmt.Println(err)
	// Output:
	// <nil> <nil>
	// true 12
	// lobby hears hello
	// registry: not registered
}

// reader registers under each of its topics.
type reader struct {
	topics *registry.Registry[string, string]
	name   string
	of     []string
}

func (r *reader) Init(c *actors.Context[say]) error {
	for _, topic := range r.of {
		if err := r.topics.Register(c, topic, r.name); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) Receive(_ *actors.Context[say], m say) error {
	m.reply.Send(r.name + " reads " + m.text)
	return nil
}

// Duplicate keys are topics: whoever publishes dispatches to those registered.
func ExampleRegistry_Dispatch() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	topics, err := registry.Start[string, string](sys, registry.Spec{Keys: registry.Duplicate})
	if err != nil {
		panic(err)
	}
	for _, r := range []*reader{{topics, "ann", []string{"go", "tea"}}, {topics, "bob", []string{"go"}}} {
		actors.MustSpawn(sys, "", func() actors.Behavior[say] { return r })
	}
	err = topics.Dispatch("go", func(entries []registry.Entry[string, string]) {
		for _, e := range entries {
			ref, _ := actors.RefOf[say](e.PID)
			read, _ := actors.Call(ctx, ref, func(r actors.Reply[string]) say { return say{"the news", r} })
			fmt.Println(read)
		}
	})
	fmt.Println(err)
	// Output:
	// ann reads the news
	// bob reads the news
	// <nil>
}
