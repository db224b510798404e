// SPDX-License-Identifier: Apache-2.0

package sourced_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/events/sourced"
)

type (
	seats    struct{ Free int }
	book     struct{ Seats int }
	reserved struct{ Seats int }
)

// hall is a pure machine: a hall with ten seats.
type hall struct{}

func (hall) Decide(s seats, c book) ([]reserved, error) {
	if c.Seats > s.Free {
		return nil, errors.New("sold out")
	}
	return []reserved{{c.Seats}}, nil
}

func (hall) Apply(s seats, e reserved) seats { return seats{s.Free - e.Seats} }

func ExampleEntity() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	journal := events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{}) // a node opens events/sqlite here
	if _, err := journal.Start(sys); err != nil {
		log.Fatal(err)
	}
	x, err := sourced.New(hall{}, sourced.Options[seats, book, reserved]{
		Journal: journal, Stream: "halls/1", Codec: sourced.JSON[reserved]("hall.reserved"),
		Initial: func() seats { return seats{10} },
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := x.Start(sys); err != nil {
		log.Fatal(err)
	}
	for _, order := range []struct{ id, seats int }{{1, 6}, {1, 6}, {2, 6}} {
		done, err := x.Do(ctx, events.ID{byte(order.id)}, book{order.seats})
		fmt.Println(done.Events, done.Repeated, err)
	}
	// Output:
	// [{6}] false <nil>
	// [{6}] true <nil>
	// [] false sold out
}
