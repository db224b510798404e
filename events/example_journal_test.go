// SPDX-License-Identifier: Apache-2.0

package events_test

import (
	"context"
	"fmt"
	"log"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
)

func ExampleJournal() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	store := memory.New(memory.Options{}) // a node opens events/sqlite here
	defer store.Close()

	journal := events.NewJournal(store, events.JournalOptions{})
	if _, err := journal.Start(sys); err != nil {
		log.Fatal(err)
	}
	where, err := journal.Append(ctx, "tasks", events.NoStream, events.New{Type: "task.accepted"}, events.New{Type: "task.done"})
	fmt.Println(where.First, where.Last, where.Version, err)
	_, err = journal.Append(ctx, "tasks", events.Exact(1), events.New{Type: "task.lost"})
	fmt.Println(err)
	for e, err := range journal.Read(ctx, "tasks", 2) {
		fmt.Println(e.Position, e.Type, err)
	}
	// Output:
	// 1 2 2 <nil>
	// events: append "tasks": want version 1, have version 2
	// 2 task.done <nil>
}
