// SPDX-License-Identifier: Apache-2.0

package basic_test

import (
	"context"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/registry/basic"
	"mabeam.dev/supervision"
)

func Example() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	services, children, err := basic.New(sys, basic.Spec{Name: "services"})
	if err != nil {
		fmt.Println(err)
	}
	if _, err := supervision.Start(sys, "sup", supervision.Spec{Children: children}); err != nil {
		fmt.Println(err)
	}
	ledger := actors.MustSpawn(sys, "ledger", actors.Stateless(func(*actors.Context[string], string) error { return nil }))

	id := registry.ID{Name: "ledger"}
	_, err = services.Register(ctx, &index.Row{ID: "ledger", Kind: basic.Service, Handle: ledger.PID()})
	fmt.Println(err)
	err = services.SetMetadata(ctx, id, basic.Metadata{Health: query.Healthy, Values: map[string]string{"zone": "b"}})
	m, _ := services.Metadata(id)
	fmt.Println(m.Type, m.Health, m.Values, err)
	_, err = services.Find(query.Query{Where: query.Capability.Eq("audit")})
	fmt.Println(err)
	// Output:
	// <nil>
	// service healthy map[zone:b] <nil>
	// registry: use "capability": not kept in basic mode
}
