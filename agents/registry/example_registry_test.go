// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"context"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/agents/discover"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/supervision"
)

func Example() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	reg, child, err := registry.New(sys, registry.Options{})
	if err != nil {
		panic(err)
	}
	if _, err := supervision.Start(sys, "app", supervision.Spec{Children: []supervision.Child{child}}); err != nil {
		panic(err)
	}
	for _, name := range []string{"ada", "ben"} {
		worker := actors.MustSpawn(sys, name, actors.Stateless(func(*actors.Context[string], string) error { return nil }))
		_, err := reg.Register(ctx, &index.Row{
			ID: name, State: query.Ready, Handle: worker.PID(), Capabilities: []index.Capability{{Name: "nlp/summarise"}},
		})
		if err != nil {
			panic(err)
		}
	}
	page, err := reg.Find(query.Query{Where: query.Capability.HasPrefix("nlp")})
	for _, row := range page.Rows {
		fmt.Println(row.ID, row.State, err)
	}
	// Output:
	// ada ready <nil>
	// ben ready <nil>
}

// Who can do it, and is well enough: a question is a value, and a filter makes another of it.
//
// Holds: REG-18
func ExampleRegistry_Find() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	reg, child, err := registry.New(sys, registry.Options{})
	if err != nil {
		panic(err)
	}
	if _, err := supervision.Start(sys, "app", supervision.Spec{Children: []supervision.Child{child}}); err != nil {
		panic(err)
	}
	for name, status := range map[string]query.Status{"ada": query.Healthy, "ben": query.Degraded, "cy": query.Healthy} {
		capability := "nlp/summarise"
		if name == "cy" {
			capability = "code"
		}
		_, err := reg.Register(ctx, &index.Row{ID: name, Health: index.Health{Status: status}, Capabilities: []index.Capability{{Name: capability}}})
		if err != nil {
			panic(err)
		}
	}
	able := discover.ByCapability("nlp")
	well := query.Query{Where: query.And(able.Where, query.Health.Eq(query.Healthy))}
	for _, q := range []query.Query{able, well} {
		page, err := reg.Find(q)
		for _, row := range page.Rows {
			fmt.Print(row.ID, " ")
		}
		fmt.Println(err)
	}
	// Output:
	// ada ben <nil>
	// ada <nil>
}
