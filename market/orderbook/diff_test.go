// SPDX-License-Identifier: Apache-2.0

package orderbook_test

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/market/money"
	. "mabeam.dev/market/orderbook"
)

var operations = flag.Int("operations", 60_000, "random operations of the comparison with the naive book")

// pair is a book and its model, and money that follows what they say.
type pair struct {
	t     *testing.T
	book  *Book
	naive *naive
	r     *rand.Rand
	purse *purses
	now   int64
	// known are orders that were given out, old ones too.
	known []Standing
	seen  map[Act]int
	why   map[Reason]int
	errs  int
}

func newPair(t *testing.T, spec Spec, seed uint64) *pair {
	b, err := New(spec)
	require.NoError(t, err)
	return &pair{
		t: t, book: b, naive: &naive{spec: b.Spec()}, r: rand.New(rand.NewPCG(seed, 1)),
		purse: newPurses(), seen: map[Act]int{}, why: map[Reason]int{},
	}
}

func (p *pair) order() Order {
	tick, lot := p.book.Spec().Tick, p.book.Spec().Lot
	o := Order{
		Owner: Owner(1 + p.r.IntN(6)), Side: Side(p.r.IntN(2)), SelfTrade: SelfTrade(p.r.IntN(3)),
		Price: tick * money.Amount(80+p.r.IntN(40)), Quantity: lot * int64(1+p.r.IntN(30)),
	}
	switch n := p.r.IntN(100); {
	case n < 55:
		if o.Side == Buy { // most of the time away from the other side, so that the book has depth
			o.Price -= 12 * tick
		} else {
			o.Price += 12 * tick
		}
	case n < 65:
	case n < 72:
		o.Kind = IOC
	case n < 79:
		o.Kind = FOK
	case n < 86:
		o.Kind = PostOnly
	case n < 93:
		o.Kind = Market
		if o.Side == Buy {
			o.Funds = o.Price*money.Amount(p.r.Int64N(2*o.Quantity)) + 1
		}
		if p.r.IntN(2) == 0 {
			o.Price = 0
		}
	default:
		o.Stop = tick * money.Amount(80+p.r.IntN(40))
		if p.r.IntN(2) == 0 {
			o.Kind = Kind(p.r.IntN(3))
			if o.Kind == Market && o.Side == Buy {
				o.Funds = o.Price * money.Amount(o.Quantity)
			}
		}
	}
	return o
}

func (p *pair) pick() Standing {
	if len(p.known) == 0 || p.r.IntN(50) == 0 {
		return Standing{ID: ID(p.r.IntN(100)), Order: Order{Owner: 1, Price: 100 * p.book.Spec().Tick, Quantity: p.book.Spec().Lot}}
	}
	for {
		i := p.r.IntN(len(p.known))
		s := p.known[i]
		p.known[i] = p.known[len(p.known)-1]
		p.known = p.known[:len(p.known)-1]
		// Most of what is over is passed by: otherwise the book would grow without end.
		if _, err := p.book.Find(s.ID); err == nil || len(p.known) == 0 || p.r.IntN(20) == 0 {
			return s
		}
	}
}

// step does one random thing to both.
func (p *pair) step() {
	p.now += p.r.Int64N(int64(2 * time.Second))
	var got []Event
	var err, want error
	p.naive.out = nil
	switch n := p.r.IntN(1000); {
	case n < 560:
		o := p.order()
		var id, wanted ID
		id, got, err = p.book.Place(p.now, o)
		wanted, want = p.naive.place(p.now, o)
		require.Equal(p.t, wanted, id)
		if id != 0 && o.Kind == FOK {
			traded := int64(0)
			for _, e := range got {
				if e.Act == Traded && e.Order == id {
					traded += e.Quantity
				}
			}
			require.Equal(p.t, o.Quantity, traded, "fill or kill")
		}
		if id != 0 {
			p.purse.place(p.t, id, o)
			p.known = append(p.known, Standing{id, o})
		}
	case n < 850:
		s := p.pick()
		got, err = p.book.Cancel(p.now, s.Owner, s.ID)
		want = p.naive.cancel(p.now, s.Owner, s.ID)
	case n < 985:
		s := p.pick()
		tick, lot := p.book.Spec().Tick, p.book.Spec().Lot
		price, quantity := s.Price, lot*int64(1+p.r.IntN(30))
		if s.Price > 0 && p.r.IntN(2) == 0 {
			price += tick * money.Amount(p.r.IntN(11)-5)
		}
		got, err = p.book.Amend(p.now, s.Owner, s.ID, price, quantity)
		want = p.naive.amend(p.now, s.Owner, s.ID, price, quantity)
		if err == nil {
			s.Price, s.Quantity = price, quantity
			p.purse.place(p.t, s.ID, s.Order)
		}
		p.known = append(p.known, s)
	case n < 988:
		got, err = p.book.Halt(p.now)
		want = p.naive.halt(p.now)
	default:
		if p.book.Phase() == Calling || p.r.IntN(20) == 0 {
			reference := p.book.Spec().Tick * money.Amount(p.r.IntN(2)*(70+p.r.IntN(60)))
			got, err = p.book.Uncross(p.now, reference)
			want = p.naive.uncross(p.now, reference)
		} else if p.book.Phase() == Closed || p.r.IntN(4) == 0 {
			got, err = p.book.Call(p.now)
			want = p.naive.call(p.now)
		}
	}
	require.ErrorIs(p.t, err, want)
	if err != nil {
		require.Error(p.t, want)
		p.errs++
	}
	require.Len(p.t, got, len(p.naive.out))
	for i, e := range got {
		if e != p.naive.out[i] {
			require.Equal(p.t, p.naive.out[i], e, "event %d", i)
		}
		p.seen[e.Act]++
		p.why[e.Why]++
	}
	p.purse.follow(p.t, got)
}

// same compares all that can be seen.
func (p *pair) same() {
	require.Equal(p.t, p.naive.phase, p.book.Phase())
	for _, s := range []Side{Buy, Sell} {
		var want []Standing
		for _, o := range p.naive.sorted(s) {
			want = append(want, Standing{o.id, o.Order})
		}
		require.Equal(p.t, want, p.book.Queue(s, nil))
		var levels []Level
		for _, o := range want {
			if n := len(levels); n > 0 && levels[n-1].Price == o.Price {
				levels[n-1].Quantity += o.Quantity
				levels[n-1].Orders++
			} else {
				levels = append(levels, Level{o.Price, o.Quantity, 1})
			}
		}
		require.Equal(p.t, levels, p.book.Depth(s, 0, nil))
	}
	for _, o := range p.naive.orders {
		got, err := p.book.Find(o.id)
		require.NoError(p.t, err)
		require.Equal(p.t, Standing{o.id, o.Order}, got)
	}
	if p.book.Phase() == Open {
		bid, none := p.book.Best(Buy)
		if ask, err := p.book.Best(Sell); err == nil && none == nil {
			require.Less(p.t, bid, ask, "crossed at rest")
		}
	}
}

func TestTheBookIsTheNaiveBookAfterRandomOperations(t *testing.T) {
	for i, spec := range []Spec{
		{Base: "tea", Quote: "credit", Orders: 150},
		{Base: "tea", Quote: "credit", Orders: 90, Tick: 10_000, Lot: 5, HaltMove: 80_000, HaltWindow: 20 * time.Second},
		{Base: "tea", Quote: "credit", Tick: 1 << 28, Orders: 60, HaltMove: 300_000},
	} {
		p := newPair(t, spec, uint64(i))
		for n := range *operations / 3 {
			if p.step(); n%97 == 0 {
				p.same()
			}
			if len(p.naive.prints) > 1000 { // the model need not remember all, only its window
				cut := len(p.naive.prints) - 500
				p.naive.prints = p.naive.prints[cut:]
				p.naive.from = max(0, p.naive.from-cut)
			}
		}
		p.same()
		p.purse.empty(t, p.book)
		for a := Placed; a <= Reopened; a++ {
			require.Positive(t, p.seen[a], "%v never happened", a)
		}
		require.Positive(t, p.why[OwnOrder])
		require.Positive(t, p.why[NothingLeft])
		require.Positive(t, p.errs)
	}
}
