// SPDX-License-Identifier: Apache-2.0

package sqlite_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"mabeam.dev/events"
	"mabeam.dev/events/sqlite"
)

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "events.db")
	ctx := context.Background()

	store, err := sqlite.Open(path, sqlite.Options{Owner: "node-1"})
	if err != nil {
		log.Fatal(err)
	}
	order := events.Append{Stream: "orders/17", Expect: events.NoStream, Events: []events.New{
		{ID: events.ID{1}, Type: "order.placed", Data: []byte(`{"item":"tea"}`)},
		{ID: events.ID{2}, Type: "order.paid", Data: []byte(`{"cents":450}`)},
	}}
	for range 2 { // the second time stands for a retry after a lost answer
		out, err := store.AppendGroup(ctx, []events.Append{order})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(out[0].First, out[0].Last, out[0].Repeated, out[0].Err)
	}
	if err := store.Close(); err != nil {
		log.Fatal(err)
	}

	store, err = sqlite.Open(path, sqlite.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	for e, err := range store.Read(ctx, "orders/17", 0) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(e.Version, e.Type, string(e.Data))
	}
	// Output:
	// 1 2 false <nil>
	// 1 2 true <nil>
	// 1 order.placed {"item":"tea"}
	// 2 order.paid {"cents":450}
}
