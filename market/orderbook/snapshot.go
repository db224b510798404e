// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"encoding/json"
	"fmt"

	"mabeam.dev/market/money"
)

// image is a book as it is written down. Its numbers are all that the commands to come can depend on.
type image struct {
	Phase  Phase        `json:"phase"`
	Now    int64        `json:"now"`
	Orders ID           `json:"orders"`
	Trades ID           `json:"trades"`
	Turns  uint64       `json:"turns"`
	Last   money.Amount `json:"last"`
	// Rests and Waits are the sides, each in the order of its prices and queues.
	Rests [2][]kept `json:"rests"`
	Waits [2][]kept `json:"waits"`
	Low   []moment  `json:"low,omitempty"`
	High  []moment  `json:"high,omitempty"`
	Tape  []Print   `json:"tape,omitempty"` // the earliest first
}

// kept is an order that rests or waits.
type kept struct {
	ID        ID           `json:"id"`
	Turn      uint64       `json:"turn"`
	Owner     Owner        `json:"owner"`
	Kind      Kind         `json:"kind,omitempty"`
	SelfTrade SelfTrade    `json:"self,omitempty"`
	Price     money.Amount `json:"price,omitempty"`
	Quantity  int64        `json:"quantity"`
	Funds     money.Amount `json:"funds,omitempty"`
	Stop      money.Amount `json:"stop,omitempty"`
}

// moment is a point of a line of prices.
type moment struct {
	At    int64        `json:"at"`
	Price money.Amount `json:"price"`
}

// Encode writes the book down: Decode makes one of it that answers every command as this one does. The same book is the same text.
func (b *Book) Encode() []byte {
	m := image{Phase: b.phase, Now: b.now, Orders: b.orders, Trades: b.trades, Turns: b.turns, Last: b.last}
	for s := range b.rests {
		m.Rests[s], m.Waits[s] = b.keep(&b.rests[s]), b.keep(&b.waits[s])
	}
	m.Low, m.High = b.window.low.moments(), b.window.high.moments()
	for i := b.tape.Len() - 1; i >= 0; i-- {
		m.Tape = append(m.Tape, b.tape.At(i))
	}
	data, err := json.Marshal(m)
	if err != nil {
		panic(err) // numbers only
	}
	return data
}

func (b *Book) keep(l *ladder) (all []kept) {
	for at := l.lowest; at != none; at = l.levels[at].above {
		for i := l.levels[at].head; i != none; i = b.slots[i].next {
			t := &b.slots[i]
			all = append(all, kept{t.id, t.turn, t.Owner, t.Kind, t.SelfTrade, t.Price, t.Quantity, t.Funds, t.Stop})
		}
	}
	return all
}

func (l *line) moments() (all []moment) {
	for _, p := range l.points[l.from:] {
		all = append(all, moment{p.at, p.price})
	}
	return all
}

func (l *line) take(all []moment) {
	for _, p := range all {
		l.points = append(l.points, point{p.At, p.Price})
	}
}

// Decode makes the book that Encode wrote down, of the same spec. Data that is none, or of a book of another spec, is ErrSnapshot.
func Decode(spec Spec, data []byte) (*Book, error) {
	b, err := New(spec)
	if err != nil {
		return nil, err
	}
	var m image
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("orderbook: decode: %w: %w", ErrSnapshot, err)
	}
	if m.Phase > Calling {
		return nil, fmt.Errorf("orderbook: decode: %v: %w", m.Phase, ErrSnapshot)
	}
	b.phase, b.now, b.orders, b.trades, b.turns, b.last = m.Phase, m.Now, m.Orders, m.Trades, m.Turns, m.Last
	for s := range m.Rests {
		for _, k := range m.Rests[s] {
			if err := b.restore(k, Side(s), false); err != nil {
				return nil, err
			}
		}
		for _, k := range m.Waits[s] {
			if err := b.restore(k, Side(s), true); err != nil {
				return nil, err
			}
		}
	}
	if bid, ask := b.best(Buy), b.best(Sell); b.phase == Open && bid != none && ask != none && b.price(&b.rests[Buy].levels[bid]) >= b.price(&b.rests[Sell].levels[ask]) {
		return nil, fmt.Errorf("orderbook: decode: the book is crossed: %w", ErrSnapshot)
	}
	b.window.low.take(m.Low)
	b.window.high.take(m.High)
	for _, p := range m.Tape {
		b.tape.Add(p)
	}
	return b, nil
}

// restore puts an order where it was.
func (b *Book) restore(k kept, s Side, waits bool) error {
	t := slot{Order: Order{k.Owner, s, k.Kind, k.SelfTrade, k.Price, k.Quantity, k.Funds, k.Stop}, id: k.ID, turn: k.Turn, waiting: waits}
	if k.ID == 0 || k.ID > b.orders || k.Turn > b.turns || b.index.find(k.ID) != none || b.check(&t.Order) != nil || waits != (k.Stop > 0) || len(b.slots) >= b.spec.Orders {
		return fmt.Errorf("orderbook: decode: order %d: %w", k.ID, ErrSnapshot)
	}
	if waits {
		b.store(&t, &b.waits[s], b.tick(t.Stop))
	} else {
		b.store(&t, &b.rests[s], b.tick(t.Price))
	}
	return nil
}
