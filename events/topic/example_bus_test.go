// SPDX-License-Identifier: Apache-2.0

package topic_test

import (
	"context"
	"fmt"
	"log"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/events/topic"
)

// came is what the subscriber's process takes.
type came struct {
	batch topic.Batch
	err   error
}

// bell rings when an order is late.
type bell struct {
	bus  *topic.Bus
	sub  *topic.Subscription
	rang chan<- string
}

func (b *bell) Init(ctx *actors.Context[came]) (err error) {
	if b.sub, err = topic.Subscribe(ctx, b.bus, topic.Spec{Types: "order.*", Streams: "orders/*"}); err != nil {
		return err
	}
	b.ask(ctx)
	return nil
}

func (b *bell) ask(ctx *actors.Context[came]) {
	topic.Ask(ctx, b.sub, func(batch topic.Batch, err error) came { return came{batch, err} })
}

func (b *bell) Receive(ctx *actors.Context[came], m came) error {
	if m.err != nil {
		return m.err
	}
	if !m.batch.Gap.IsZero() {
		b.rang <- fmt.Sprintf("missed %d to %d", m.batch.Gap.From, m.batch.Gap.To)
	}
	for _, e := range m.batch.Events {
		b.rang <- fmt.Sprintf("%s: %s", e.Stream, e.Type)
	}
	b.ask(ctx)
	return nil
}

func ExampleAsk() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	journal := events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{})
	if _, err := journal.Start(sys); err != nil { // a node lets a supervisor do it, as with the bus
		log.Fatal(err)
	}
	bus := topic.New(journal, topic.Options{})
	if _, err := bus.Start(sys); err != nil {
		log.Fatal(err)
	}
	rang := make(chan string, 10) // the example receives
	if _, err := actors.Spawn(sys, "bell", func() actors.Behavior[came] { return &bell{bus: bus, rang: rang} }); err != nil {
		log.Fatal(err)
	}
	for _, typ := range []string{"order.placed", "order.placed.twice", "order.late"} {
		if _, err := journal.Append(ctx, "orders/17", events.Any, events.New{Type: typ}); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(<-rang)
	fmt.Println(<-rang)
	// Output:
	// orders/17: order.placed
	// orders/17: order.late
}
