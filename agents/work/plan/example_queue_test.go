// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"mabeam.dev/agents/work/plan"
)

// A task meets an agent. The shell's part, journaling the events before performing the effects, is left out.
func Example() {
	q, _ := plan.New(plan.Spec{Policy: plan.LeastLoaded})
	random := rand.NewPCG(1, 2)
	agent := plan.Agent{ID: "reviewer-1", Incarnation: "node-a/1"}

	var out plan.Output
	step := func(now plan.Instant, cmd plan.Command) {
		if err := q.Step(now, random, cmd, &out); err != nil {
			fmt.Println(err)
		}
	}
	step(1000, plan.Submit{Task: plan.Task{ID: "t1", Kind: "review", Input: json.RawMessage(`{"package":"fmt"}`), Capability: "go"}})
	step(2000, plan.AgentUp{Agent: agent, Kind: "reviewer", Capabilities: []string{"go"}, Concurrency: 1})
	for _, f := range out.Effects {
		if d, ok := f.(plan.Dispatch); ok {
			step(3000, plan.Result{Agent: d.Agent, Token: d.Token, Output: json.RawMessage(`{"findings":0}`)})
		}
	}
	for _, e := range out.Events {
		r, _ := plan.Encode(e)
		fmt.Println(r.Type)
		if o, final := plan.OutcomeOf(e); final {
			fmt.Println(o.ID, o.State, string(o.Output))
		}
	}
	// Output:
	// work.accepted
	// work.started
	// work.done
	// t1 done {"findings":0}
}
