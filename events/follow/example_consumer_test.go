// SPDX-License-Identifier: Apache-2.0

package follow_test

import (
	"context"
	"fmt"
	"log"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/follow"
	"mabeam.dev/events/memory"
)

func ExampleConsumer() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	journal := events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{}) // a node opens events/sqlite here
	if _, err := journal.Start(sys); err != nil {
		log.Fatal(err)
	}
	sent := make(chan string, 10) // the example receives
	mailer, err := follow.NewConsumer(journal, follow.Spec{Name: "mailer", Query: events.Query{Types: []string{"order.placed"}}},
		func(_ context.Context, e events.Event) error {
			sent <- fmt.Sprintf("mail about %s: %s", e.Stream, e.Data)
			return nil
		})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := mailer.Start(sys); err != nil { // a node lets a supervisor do it
		log.Fatal(err)
	}
	for i, data := range []string{"a cup", "a jug"} {
		if _, err := journal.Append(ctx, events.Stream(fmt.Sprint("order/", i)), events.NoStream,
			events.New{Type: "order.placed", Data: []byte(data)}, events.New{Type: "order.paid"}); err != nil {
			log.Fatal(err)
		}
		fmt.Println(<-sent)
	}
	// Output:
	// mail about order/0: a cup
	// mail about order/1: a jug
}
