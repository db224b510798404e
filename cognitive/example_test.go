// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"context"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/supervision"
)

func Example() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	space, child, _ := cognitive.NewSpace(sys, cognitive.SpaceOptions{Name: "tuning"})
	if _, err := supervision.Start(sys, "app", supervision.Spec{Children: []supervision.Child{child}}); err != nil {
		fmt.Println(err)
		return
	}
	batch, _ := space.AddInteger(ctx, "batch", kind.Integer{Min: 1, Max: 64}, cognitive.Initial(int64(8)))
	load, _ := cognitive.AddComposite[float64](ctx, space, "load", cognitive.Composite{Inputs: []string{"batch"}, Text: "double(batch) / 64.0"})

	fmt.Println(batch.Get(), load.Get())
	result, err := batch.Propose(ctx, 16, cognitive.From("ann"), cognitive.Because("the queue grows"))
	fmt.Println(result.Version, err, batch.Get(), load.Get())
	_, err = batch.Propose(ctx, 100)
	fmt.Println(err)
	who, _ := space.Blame(ctx, "batch")
	fmt.Println(who.Proposer, "because", who.Reason)
	// Output:
	// 8 0.125
	// 0.2 <nil> 16 0.25
	// cognitive: propose "batch": kind: 100 is not in [1, 64]
	// ann because the queue grows
}
