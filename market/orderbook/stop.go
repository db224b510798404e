// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"cmp"
	"slices"

	"mabeam.dev/market/money"
)

// reached reports whether a price triggers a stop. 0 is no price.
func reached(s Side, stop, last money.Amount) bool {
	if s == Buy {
		return last >= stop
	}
	return last != 0 && last <= stop
}

// wait keeps an order back until its stop.
func (b *Book) wait(t *slot) {
	t.waiting = true
	b.store(t, &b.waits[t.Side], b.tick(t.Stop))
}

// cascade brings the orders to the book whose stops the last trade reached, in the order of their turns; their trades may reach more stops,
// which come after them. It ends, because each order is triggered once. A halt sends those back that are still to come.
func (b *Book) cascade() {
	if b.waits[Buy].lowest == none && b.waits[Sell].highest == none {
		return
	}
	b.fired = b.fired[:0]
	for next := 0; ; next++ {
		b.fire()
		if next == len(b.fired) {
			return
		}
		if b.phase != Open {
			for i := next; i < len(b.fired); i++ {
				b.wait(&b.fired[i])
			}
			return
		}
		t := &b.fired[next] // execute fires nothing: the list does not move
		t.waiting = false
		b.emit(Event{Act: Triggered, Order: t.id, Owner: t.Owner, Side: t.Side, Price: t.Price, Quantity: t.Quantity})
		b.execute(t)
	}
}

// fire takes out the orders whose stops are reached.
func (b *Book) fire() {
	if b.phase != Open {
		return
	}
	from := len(b.fired)
	for _, s := range [...]Side{Buy, Sell} {
		l := &b.waits[s]
		for {
			at := l.lowest
			if s == Sell {
				at = l.highest
			}
			if at == none || !reached(s, b.price(&l.levels[at]), b.last) {
				break
			}
			i := l.levels[at].head
			b.fired = append(b.fired, b.slots[i])
			b.remove(i)
		}
	}
	slices.SortFunc(b.fired[from:], func(x, y slot) int { return cmp.Compare(x.turn, y.turn) })
}
