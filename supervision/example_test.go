// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"context"
	"errors"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// add adds to a counter and answers with the sum; adding nothing is more than the counter can take.
type add struct {
	n     int
	reply actors.Reply[int]
}

// counter is a worker whose sum begins at nothing in each incarnation.
type counter struct {
	sum     int
	started chan<- string // told of each start
}

func (c *counter) Init(ctx *actors.Context[add]) error {
	c.started <- ctx.PID().Path()
	return nil
}

func (c *counter) Receive(_ *actors.Context[add], m add) error {
	if m.n == 0 {
		return errors.New("nothing to add")
	}
	c.sum += m.n
	m.reply.Send(c.sum)
	return nil
}

// A supervisor starts its children in order and replaces one that crashes by a fresh incarnation.
func Example() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)

	started := make(chan string, 1)
	sup, err := supervision.Start(sys, "app", supervision.Spec{
		Children: []supervision.Child{
			supervision.Worker("counter", func() actors.Behavior[add] { return &counter{started: started} }),
		},
	})
	fmt.Println("started", <-started, err)

	total := func(n int) (int, error) {
		children, err := sup.Children(ctx)
		if err != nil {
			return 0, err
		}
		ref, err := actors.RefOf[add](children[0].PID)
		if err != nil {
			return 0, err
		}
		return actors.Call(ctx, ref, func(r actors.Reply[int]) add { return add{n, r} })
	}
	fmt.Println(total(2))
	fmt.Println(total(3))
	_, err = total(0)
	fmt.Println(err)
	fmt.Println("started", <-started)
	fmt.Println(total(4))
	// Output:
	// started /app/counter <nil>
	// 2 <nil>
	// 5 <nil>
	// actors: call "/app/counter": callee ended: crash: actors: process "/app/counter" handling supervision_test.add: nothing to add
	// started /app/counter
	// 4 <nil>
}

// All mistakes of a spec are reported at once, and nothing is started.
func ExampleSpec_Validate() {
	err := supervision.Spec{
		Intensity: supervision.Intensity{Max: -2},
		Children: []supervision.Child{
			{ID: "a", Significant: true},
			{ID: "a", Start: func(actors.Spawner, any) (actors.PID, error) { return actors.PID{}, actors.ErrIgnore }},
		},
	}.Validate()
	var faults supervision.Faults
	fmt.Println(errors.As(err, &faults))
	for _, f := range faults {
		fmt.Printf("%s: got %q, want %s\n", f.Path, f.Got, f.Want)
	}
	// Output:
	// true
	// intensity.max: got "-2", want 0 or more, or NoRestarts
	// children[0].start: got "", want a start function
	// children[0].significant: got "true", want false, as auto_shutdown is never
	// children[0].significant: got "true", want false, as the child is permanent
	// children[1].id: got "a", want an id not used by children[0].id
}
