// SPDX-License-Identifier: Apache-2.0

package events_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"

	"mabeam.dev/events"
	"mabeam.dev/events/memory"
)

// OrderPaid is version 2 of its type; version 1 had whole units.
type OrderPaid struct {
	Cents int `json:"cents"`
}

func ExampleRegister() {
	catalog := events.NewCatalog()
	paid, err := events.Register[OrderPaid](catalog, events.Schema{
		Name: "order.paid", Version: 2, Required: []string{"cents"},
		Upcasts: map[uint32]events.Upcast{1: func(data []byte) ([]byte, error) {
			var old struct {
				Units int `json:"units"`
			}
			if err := json.Unmarshal(data, &old); err != nil {
				return nil, err
			}
			return json.Marshal(OrderPaid{Cents: 100 * old.Units})
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	v, err := paid.Decode(events.Event{New: events.New{Type: "order.paid", Schema: 1, Data: []byte(`{"units":4}`)}})
	fmt.Println(v.Cents, err)
	fmt.Println(catalog.Validate(events.New{Type: "order.paid", Schema: 2, Data: []byte(`{"cents":"many"}`)}))
	fmt.Println(catalog.Validate(events.New{Type: "order.lost"}))
	// Output:
	// 400 <nil>
	// events: append "": data.cents: json: cannot unmarshal string into Go value of type int
	// events: type "order.lost": unknown
}

func ExampleTraceOf() {
	ctx := context.Background()
	store := memory.New(memory.Options{})
	defer store.Close()
	task := events.ID{0: 1}
	placed := events.New{ID: events.ID{1: 1}, Type: "order.placed", Correlation: task}
	paid := events.New{ID: events.ID{1: 2}, Type: "order.paid", Correlation: task, Causation: placed.ID}
	shipped := events.New{ID: events.ID{1: 3}, Type: "order.shipped", Correlation: task, Causation: paid.ID}
	late := events.New{ID: events.ID{1: 4}, Type: "order.questioned", Correlation: task, Causation: events.ID{9}}
	if _, err := store.AppendGroup(ctx, []events.Append{
		{Stream: "orders/17", Events: []events.New{placed, paid}},
		{Stream: "parcels/3", Events: []events.New{shipped, late}},
	}); err != nil {
		log.Fatal(err)
	}
	trace, err := events.TraceOf(ctx, store, task)
	if err != nil {
		log.Fatal(err)
	}
	for depth, e := range trace.Walk() {
		fmt.Printf("%*s%s\n", 2*depth, "", e.Type)
	}
	fmt.Println(len(trace.Orphans), "without a known cause")
	x, err := events.Query{Agent: "reviewer/1", Types: []string{"task.failed"}}.Explain()
	fmt.Println(x, err)
	// Output:
	// order.placed
	//   order.paid
	//     order.shipped
	// order.questioned
	// 1 without a known cause
	// index agent, filter types <nil>
}
