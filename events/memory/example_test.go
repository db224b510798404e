// SPDX-License-Identifier: Apache-2.0

package memory_test

import (
	"context"
	"fmt"

	"mabeam.dev/events"
	"mabeam.dev/events/memory"
)

func ExampleNew() {
	store := memory.New(memory.Options{})
	out, err := store.AppendGroup(context.Background(), []events.Append{
		{Stream: "a", Events: []events.New{{ID: events.ID{1}, Type: "started"}}},
		{Stream: "a", Expect: events.NoStream, Events: []events.New{{ID: events.ID{2}, Type: "started"}}},
	})
	fmt.Println(out[0].Version, out[1].Err, err)
	// Output: 1 events: append "a": want no stream, have version 1 <nil>
}
