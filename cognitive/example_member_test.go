// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"context"
	"encoding/json"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/supervision"
)

// An agent in Go reads a variable as it is for the agent, and suggests another value.
func ExampleFor() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer func() { _ = sys.Close(ctx) }()
	space, child, _ := cognitive.NewSpace(sys, cognitive.SpaceOptions{Name: "tuning"})
	_, _ = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child}})
	temperature, _ := space.AddFloat(ctx, "temperature", kind.Float{Min: 0, Max: 2}, cognitive.Initial(0.7))
	_, _ = temperature.Override(ctx, "role/writer", 1.2, 0)
	cognitive.Host(sys, "n1", space) // what a node does for its spaces

	writer := agents.Native("writer", "Writes.", func(agents.Spec) (agents.Worker, error) {
		return agents.WorkerFunc(func(ctx context.Context, _ agents.Task) (json.RawMessage, error) {
			me, err := cognitive.For(ctx, "tuning")
			if err != nil {
				return nil, err
			}
			temperature, err := cognitive.Read[float64](me, "temperature")
			if err != nil {
				return nil, err
			}
			_, err = me.Suggest(ctx, "temperature", kind.OfFloat(0.5), "the last pages were odd")
			return json.Marshal(map[string]any{"at": temperature.Get(), "suggested": err == nil})
		}), nil
	})
	a, _ := agents.Spawn(sys, agents.Spec{ID: "ann", Role: "writer"}, writer, nil)
	out, err := a.Do(ctx, agents.Task{ID: "t1", Kind: "write", Attempt: 1})
	fmt.Println(string(out), err)
	why, _ := space.Blame(ctx, "temperature")
	fmt.Println(temperature.Get(), why.Cause, why.Proposer, "-", why.Reason)
	// Output:
	// {"at":1.2,"suggested":true} <nil>
	// 0.5 agent ann - the last pages were odd
}
