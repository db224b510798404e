// SPDX-License-Identifier: Apache-2.0

package orderbook_test

import (
	"slices"

	"mabeam.dev/market/money"
	. "mabeam.dev/market/orderbook"
)

// naive is a book as one would write it on paper: a list of orders, searched from end to end for each step.
type naive struct {
	spec   Spec
	phase  Phase
	now    int64
	ids    ID
	trades ID
	turns  uint64
	last   money.Amount
	orders []*paper
	prints []Print // of the whole life; from is where the current window may begin
	from   int
	out    []Event
}

type paper struct {
	Order
	id      ID
	turn    uint64
	waiting bool
}

func (n *naive) tell(e Event) { e.At = n.now; n.out = append(n.out, e) }

func (n *naive) about(a Act, o *paper) Event {
	return Event{Act: a, Order: o.id, Owner: o.Owner, Side: o.Side, Price: o.Price, Quantity: o.Quantity}
}

// first returns the order that trades next on a side.
func (n *naive) first(s Side) *paper {
	var best *paper
	for _, o := range n.orders {
		switch {
		case o.waiting || o.Side != s:
		case best == nil, s == Buy && o.Price > best.Price, s == Sell && o.Price < best.Price, o.Price == best.Price && o.turn < best.turn:
			best = o
		}
	}
	return best
}

func meets(o *Order, p money.Amount) bool {
	if o.Price == 0 {
		return true
	}
	if o.Side == Buy {
		return p <= o.Price
	}
	return p >= o.Price
}

func (n *naive) far(p money.Amount, more ...money.Amount) bool {
	if n.spec.HaltMove == 0 {
		return false
	}
	prices := more
	for _, t := range n.prints[n.from:] {
		if t.At >= n.now-int64(n.spec.HaltWindow) {
			prices = append(prices, t.Price)
		}
	}
	for _, q := range prices {
		if max(p-q, q-p)*1_000_000 > q*money.Amount(n.spec.HaltMove) {
			return true
		}
	}
	return false
}

func (n *naive) drop(o *paper) {
	n.orders = slices.DeleteFunc(n.orders, func(x *paper) bool { return x == o })
}

func (n *naive) trade(t, r *paper, p money.Amount, q int64) {
	n.trades++
	n.last = p
	n.prints = append(n.prints, Print{n.trades, n.now, p, q})
	n.tell(Event{Act: Traded, Side: t.Side, Order: t.id, Owner: t.Owner, Resting: r.id, Counterparty: r.Owner, Trade: n.trades, Price: p, Quantity: q})
	t.Quantity -= q
	r.Quantity -= q
}

func (n *naive) run(t *paper) {
	why := NoReason
	funds := t.Funds
	for t.Quantity > 0 && why == NoReason {
		r := n.first(t.Side.Other())
		if r == nil || !meets(&t.Order, r.Price) {
			break
		}
		if r.Owner == t.Owner {
			if t.SelfTrade != CancelNewest {
				n.drop(r)
				e := n.about(Cancelled, r)
				e.Why = OwnOrder
				n.tell(e)
			}
			if t.SelfTrade != CancelOldest {
				why = OwnOrder
			}
			continue
		}
		q := min(t.Quantity, r.Quantity)
		if t.Funds > 0 {
			q = min(q, int64(funds/r.Price)/n.spec.Lot*n.spec.Lot)
			if q == 0 {
				break
			}
		}
		if n.far(r.Price) {
			n.phase = Closed
			n.tell(Event{Act: Halted, Why: PriceMove, Price: r.Price})
			why = PriceMove
			break
		}
		funds -= r.Price * money.Amount(q)
		n.trade(t, r, r.Price, q)
		if r.Quantity == 0 {
			n.drop(r)
		}
	}
	if t.Quantity == 0 {
		return
	}
	if why == NoReason && (t.Kind == Limit || t.Kind == PostOnly) {
		t.Stop = 0
		n.orders = append(n.orders, t)
		n.tell(n.about(Rested, t))
		return
	}
	e := n.about(Cancelled, t)
	if e.Why = why; why == NoReason {
		e.Why = NothingLeft
	}
	n.tell(e)
}

func (n *naive) stops() {
	var queue []*paper
	for n.phase == Open {
		var hit []*paper
		for _, o := range n.orders {
			if o.waiting && (o.Side == Buy && n.last >= o.Stop || o.Side == Sell && n.last != 0 && n.last <= o.Stop) {
				hit = append(hit, o)
			}
		}
		slices.SortFunc(hit, func(a, b *paper) int { return int(a.turn) - int(b.turn) })
		for _, o := range hit {
			n.drop(o)
		}
		if queue = append(queue, hit...); len(queue) == 0 {
			return
		}
		o := queue[0]
		queue = queue[1:]
		o.waiting = false
		n.tell(n.about(Triggered, o))
		n.turns++
		o.turn = n.turns // it comes to the book now
		n.run(o)
	}
	for _, o := range queue {
		o.waiting = true
		n.orders = append(n.orders, o)
	}
}

// refused says which error a new order or an amended one meets, if any.
func (n *naive) refused(o *Order) error {
	opposite := n.sorted(o.Side.Other())
	switch {
	case n.phase == Closed:
		return ErrHalted
	case n.phase == Calling:
		if o.Kind != Limit || o.Stop > 0 {
			return ErrPhase
		}
		for _, r := range opposite {
			if r.Owner == o.Owner && meets(o, r.Price) {
				return ErrSelfTrade
			}
		}
	case o.Kind == PostOnly && len(opposite) > 0 && meets(o, opposite[0].Price):
		return ErrWouldTrade
	case o.Kind == FOK:
		left := o.Quantity
		for _, r := range opposite {
			if left <= 0 || !meets(o, r.Price) || n.far(r.Price, opposite[0].Price) || r.Owner == o.Owner && o.SelfTrade != CancelOldest {
				break
			}
			if r.Owner != o.Owner {
				left -= r.Quantity
			}
		}
		if left > 0 {
			return ErrUnfilled
		}
	}
	return nil
}

func (n *naive) sorted(s Side) []*paper {
	var all []*paper
	for _, o := range n.orders {
		if !o.waiting && o.Side == s {
			all = append(all, o)
		}
	}
	slices.SortFunc(all, func(a, b *paper) int {
		switch {
		case a.Price != b.Price && (a.Price < b.Price) == (s == Sell):
			return -1
		case a.Price != b.Price:
			return 1
		}
		return int(a.turn) - int(b.turn)
	})
	return all
}

func (n *naive) place(at int64, o Order) (ID, error) {
	n.out = nil
	n.now = max(n.now, at)
	if err := n.refused(&o); err != nil {
		return 0, err
	}
	if len(n.orders) >= n.spec.Orders {
		return 0, ErrFull
	}
	n.ids++
	n.turns++
	p := &paper{Order: o, id: n.ids, turn: n.turns}
	n.tell(n.about(Placed, p))
	met := o.Side == Buy && n.last >= o.Stop || o.Side == Sell && n.last != 0 && n.last <= o.Stop
	switch {
	case n.phase == Calling:
		n.orders = append(n.orders, p)
		n.tell(n.about(Rested, p))
	case o.Stop > 0 && !met:
		p.waiting = true
		n.orders = append(n.orders, p)
	default:
		if o.Stop > 0 {
			n.tell(n.about(Triggered, p))
		}
		n.run(p)
		n.stops()
	}
	return p.id, nil
}

func (n *naive) get(owner Owner, id ID) *paper {
	for _, o := range n.orders {
		if o.id == id && o.Owner == owner {
			return o
		}
	}
	return nil
}

func (n *naive) cancel(at int64, owner Owner, id ID) error {
	n.out = nil
	o := n.get(owner, id)
	if o == nil {
		return ErrUnknownOrder
	}
	n.now = max(n.now, at)
	n.drop(o)
	e := n.about(Cancelled, o)
	e.Why = ByOwner
	n.tell(e)
	return nil
}

func (n *naive) amend(at int64, owner Owner, id ID, p money.Amount, q int64) error {
	n.out = nil
	o := n.get(owner, id)
	if o == nil {
		return ErrUnknownOrder
	}
	n.now = max(n.now, at)
	next := o.Order
	next.Price, next.Quantity = p, q
	keeps := p == o.Price && q <= o.Quantity
	if !keeps {
		if n.phase == Closed {
			return ErrHalted
		}
		if !o.waiting {
			if err := n.refused(&next); err != nil {
				return err
			}
		}
	}
	o.Order = next
	n.tell(n.about(Amended, o))
	if keeps {
		return nil
	}
	n.turns++
	o.turn = n.turns
	if o.waiting {
		return nil
	}
	n.drop(o)
	if n.phase == Calling {
		n.orders = append(n.orders, o)
		n.tell(n.about(Rested, o))
		return nil
	}
	n.run(o)
	n.stops()
	return nil
}

func (n *naive) halt(at int64) error {
	n.out = nil
	if n.phase == Closed {
		return ErrHalted
	}
	n.now, n.phase = max(n.now, at), Closed
	n.tell(Event{Act: Halted, Why: ByOperator})
	return nil
}

func (n *naive) call(at int64) error {
	n.out = nil
	if n.phase == Calling {
		return ErrPhase
	}
	n.now, n.phase = max(n.now, at), Calling
	n.tell(Event{Act: Called})
	return nil
}

// uncross tries every tick between the best prices.
func (n *naive) uncross(at int64, reference money.Amount) error {
	n.out = nil
	if n.phase != Calling {
		return ErrPhase
	}
	n.now, n.phase = max(n.now, at), Open
	n.from = len(n.prints)
	if reference == 0 {
		reference = n.last
	}
	p, left := everyTick(n.sorted(Buy), n.sorted(Sell), n.spec.Tick, reference)
	n.tell(Event{Act: Reopened, Price: p, Quantity: left})
	for left > 0 {
		t, r := n.first(Buy), n.first(Sell)
		q := min(left, t.Quantity, r.Quantity)
		left -= q
		n.trade(t, r, p, q)
		for _, o := range []*paper{t, r} {
			if o.Quantity == 0 {
				n.drop(o)
			}
		}
	}
	n.stops()
	return nil
}

func everyTick(buy, sell []*paper, tick, reference money.Amount) (price money.Amount, most int64) {
	if len(buy) == 0 || len(sell) == 0 {
		return 0, 0
	}
	var least int64
	for p := sell[0].Price; p <= buy[0].Price; p += tick {
		var d, s int64
		for _, o := range buy {
			if o.Price >= p {
				d += o.Quantity
			}
		}
		for _, o := range sell {
			if o.Price <= p {
				s += o.Quantity
			}
		}
		q, over := min(d, s), max(d-s, s-d)
		near := func(x money.Amount) money.Amount {
			if reference == 0 {
				return 0
			}
			return max(x-reference, reference-x)
		}
		if price == 0 || q > most || q == most && (over < least || over == least && near(p) < near(price)) {
			price, most, least = p, q, over
		}
	}
	return price, most
}
