// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"

	"mabeam.dev/actors"
)

type greet struct {
	name  string
	reply actors.Reply[string]
}

func answer(_ *actors.Context[greet], m greet) error {
	m.reply.Send("hello, " + m.name)
	return nil
}

func main() {
	sys := actors.New(actors.Options{})
	defer sys.Close(context.Background())
	ref := actors.MustSpawn(sys, "greeter", actors.Stateless(answer))
	text, err := actors.Call(context.Background(), ref, func(r actors.Reply[string]) greet { return greet{"world", r} })
	fmt.Println(text, err)
}
