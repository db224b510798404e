// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

type greet struct {
	name  string
	reply actors.Reply[string]
}

type greeter struct{ up chan actors.Ref[greet] } // up is told of each start

func (g greeter) Init(ctx *actors.Context[greet]) error { g.up <- ctx.Self(); return nil }

func (g greeter) Receive(_ *actors.Context[greet], m greet) error {
	m.reply.Send("hello, " + m.name)
	return errors.New("one greeting is enough")
}

func main() {
	sys, up := actors.New(actors.Options{}), make(chan actors.Ref[greet], 1)
	defer sys.Close(context.Background())
	child := supervision.Worker("greeter", func() actors.Behavior[greet] { return greeter{up} })
	app, err := supervision.Start(sys, "app", supervision.Spec{Children: []supervision.Child{child}})
	fmt.Println("started", app.PID(), err)
	for range 2 { // the second crash within five seconds is one too many
		ref := <-up
		text, err := actors.Call(context.Background(), ref, func(r actors.Reply[string]) greet { return greet{"world", r} })
		fmt.Println(ref, text, err)
	}
	fmt.Println(app.PID().Await(context.Background()))
}
