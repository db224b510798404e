// SPDX-License-Identifier: Apache-2.0

package agents_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
)

// An agent in a few lines, and one task for it.
func ExampleSpawn() {
	upper := agents.Native("upper", "Upper-cases text.", func(agents.Spec) (agents.Worker, error) {
		return agents.WorkerFunc(func(_ context.Context, t agents.Task) (json.RawMessage, error) {
			return json.RawMessage(strings.ToUpper(string(t.Input))), nil
		}), nil
	})
	sys := actors.New(actors.Options{})
	defer sys.Close(context.Background())
	agent, err := agents.Spawn(sys, agents.Spec{ID: "u1", Role: "writer", Capabilities: agents.Can("text")}, upper, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := agent.Do(context.Background(), agents.Task{ID: "t1", Input: json.RawMessage(`"hi"`)})
	fmt.Println(string(out), err)
	// Output: "HI" <nil>
}
