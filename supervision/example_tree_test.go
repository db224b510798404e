// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"context"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// Supervisors are children like workers; Tree shows what there is under one of them.
func ExampleTree() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)

	idle := actors.Stateless(func(*actors.Context[string], string) error { return nil })
	sup, err := supervision.Start(sys, "shop", supervision.Spec{
		Strategy: supervision.RestForOne,
		Children: []supervision.Child{
			supervision.Worker("stock", idle),
			supervision.Sub("tills", supervision.Spec{
				Children: []supervision.Child{supervision.Worker("left", idle), supervision.Worker("right", idle)},
			}),
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = sup.TerminateChild(ctx, "stock")
	tree, err := supervision.Tree(ctx, sup, 0)
	fmt.Print(tree)
	fmt.Println(err)
	// Output:
	// shop  supervisor  up  rest_for_one  1/2 up  restarts 0
	//   stock  worker  stopped  restarts 0  last: shutdown
	//   tills  supervisor  up  one_for_one  2/2 up  restarts 0
	//     left  worker  up  restarts 0
	//     right  worker  up  restarts 0
	// <nil>
}

// A SimpleOneForOne supervisor starts copies of one template as they are asked for.
func ExampleTemplate() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)

	greeter := func(name string) actors.Behavior[actors.Reply[string]] {
		return actors.Stateless(func(_ *actors.Context[actors.Reply[string]], reply actors.Reply[string]) error {
			reply.Send("hello, " + name)
			return nil
		})()
	}
	sup, err := supervision.Start(sys, "greeters", supervision.Spec{
		Strategy: supervision.SimpleOneForOne,
		Children: []supervision.Child{supervision.Template("greeter", greeter)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"Ada", "Grace"} {
		pid, err := sup.StartDynamic(ctx, name)
		if err != nil {
			fmt.Println(err)
			return
		}
		ref, _ := actors.RefOf[actors.Reply[string]](pid)
		fmt.Println(actors.Call(ctx, ref, func(r actors.Reply[string]) actors.Reply[string] { return r }))
	}
	_, err = sup.StartDynamic(ctx, 42)
	fmt.Println(err)
	// Output:
	// hello, Ada <nil>
	// hello, Grace <nil>
	// supervision: start dynamic child: crash: supervision: start child of template "greeter": args are int, want string
}
