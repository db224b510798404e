// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"mabeam.dev/internal/benchtab"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
)

// command is one prepared operation on a book.
type command struct {
	place    bool
	order    orderbook.Order
	id       orderbook.ID
	quantity int64 // of an amendment; 0 is a cancellation
}

// orderbook replays commands that were prepared before, so that only the book is measured: 45 % new limits near the middle, 35 % cancellations, 10 %
// amendments and 10 % orders that trade, on a book of some thousand orders.
func (b *bench) orderbook() error {
	n := 1_000_000
	if b.quick {
		n = 100_000
	}
	commands, warm, err := traffic(n)
	if err != nil {
		return err
	}
	var rates []float64
	allocs := 0.0
	for range b.rounds {
		book, err := orderbook.New(orderbook.Spec{Base: "tea", Quote: "credit"})
		if err != nil {
			return err
		}
		if err := replay(book, commands[:warm]); err != nil {
			return err
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := time.Now()
		if err := replay(book, commands[warm:]); err != nil {
			return err
		}
		took := time.Since(began)
		runtime.ReadMemStats(&after)
		count := float64(len(commands) - warm)
		rates = append(rates, count/took.Seconds())
		allocs = float64(after.Mallocs-before.Mallocs) / count
	}
	slices.Sort(rates)
	b.row("order book: operations on one core", rates[len(rates)/2], "1/s", benchtab.ValueAtLeast(3e6))
	b.row("order book: allocations of an operation", allocs, "allocs", benchtab.ValueAtMost(0.001))
	return nil
}

// traffic prepares commands, and says how many of them only fill the book.
func traffic(n int) ([]command, int, error) {
	r := rand.New(rand.NewPCG(1, 2))
	book, err := orderbook.New(orderbook.Spec{Base: "tea", Quote: "credit"})
	if err != nil {
		return nil, 0, err
	}
	warm := n / 4
	all := make([]command, 0, n+warm)
	var live []command
	for len(all) < n+warm {
		c := command{place: true, order: orderbook.Order{Owner: orderbook.Owner(r.IntN(64)), Side: orderbook.Side(r.IntN(2)), Quantity: 1 + r.Int64N(60)}}
		from := 100_000 + money.Amount(r.IntN(500))
		if c.order.Side == orderbook.Buy {
			from = 199_999 - from
		}
		switch what := r.IntN(100); {
		case what < 45 || len(live) < 2000:
			c.order.Price = from
		case what < 90:
			i := r.IntN(len(live))
			c = live[i]
			c.place = false
			if c.quantity = 0; what >= 80 {
				c.quantity = 1 + r.Int64N(60)
			} else {
				live[i] = live[len(live)-1]
				live = live[:len(live)-1]
			}
			if _, err := book.Find(c.id); err != nil {
				continue // it was traded
			}
		default:
			c.order.Owner, c.order.Kind, c.order.Price, c.order.Quantity = 1000, orderbook.IOC, 99_000, 1+r.Int64N(200)
			if c.order.Side == orderbook.Buy {
				c.order.Price = 101_000
			}
		}
		if err := one(book, int64(len(all)), &c); err != nil {
			return nil, 0, err
		}
		all = append(all, c)
		if c.place && c.order.Kind == orderbook.Limit {
			live = append(live, c)
		}
	}
	return all, warm, nil
}

// one carries a command out; the order of a placement gets its id.
func one(book *orderbook.Book, at int64, c *command) (err error) {
	switch {
	case c.place:
		c.id, _, err = book.Place(at, c.order)
	case c.quantity == 0:
		_, err = book.Cancel(at, c.order.Owner, c.id)
	default:
		_, err = book.Amend(at, c.order.Owner, c.id, c.order.Price, c.quantity)
	}
	return err
}

func replay(book *orderbook.Book, commands []command) error {
	for i := range commands {
		if err := one(book, int64(i), &commands[i]); err != nil {
			return err
		}
	}
	return nil
}
