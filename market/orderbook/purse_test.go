// SPDX-License-Identifier: Apache-2.0

package orderbook_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/market/money"
	. "mabeam.dev/market/orderbook"
)

// purses hold what orders need and move what trades move: nothing may be spent that was not put aside, and nothing may appear or vanish.
type purses struct {
	fees   Fees
	orders map[ID]*purse
	quote  money.Sum // put in by buyers, and neither paid nor given back
	base   int64
	paid   money.Sum
	got    money.Sum
	fee    money.Sum
}

type purse struct {
	side  Side
	base  int64
	quote money.Amount
}

func newPurses() *purses {
	return &purses{fees: Fees{Maker: 1500, Taker: 3700}, orders: map[ID]*purse{}}
}

func (p *purses) place(t *testing.T, id ID, o Order) {
	if was := p.orders[id]; was != nil { // amended: another purse for what is left
		p.quote.Sub(was.quote)
		p.base -= was.base
	}
	base, quote, err := p.fees.Hold(o)
	require.NoError(t, err)
	p.orders[id] = &purse{o.Side, int64(base), quote}
	p.quote.Add(quote)
	p.base += int64(base)
}

func (p *purses) follow(t *testing.T, events []Event) {
	call := false
	for _, e := range events {
		switch e.Act {
		case Reopened:
			call = true
		case Triggered:
			call = false
		case Traded:
			s, err := p.fees.Settle(e, call)
			require.NoError(t, err)
			buy, sell := p.orders[s.Buy], p.orders[s.Sell]
			require.NotEqual(t, s.Buyer, s.Seller)
			buy.quote -= s.Pays
			sell.base -= s.Quantity
			require.GreaterOrEqual(t, buy.quote, money.Amount(0), "order %d spends more than it put aside", s.Buy)
			require.GreaterOrEqual(t, sell.base, int64(0))
			p.quote.Sub(s.Pays)
			p.base -= s.Quantity
			p.paid.Add(s.Pays)
			p.got.Add(s.Gets)
			p.fee.Add(s.Fees)
		case Cancelled:
			o := p.orders[e.Order]
			if o.side == Sell {
				require.Equal(t, o.base, e.Quantity)
			}
			p.quote.Sub(o.quote)
			p.base -= o.base
			delete(p.orders, e.Order)
		}
	}
}

// empty takes back what is put aside for what still stands, and what buyers saved: nothing is left over.
func (p *purses) empty(t *testing.T, b *Book) {
	for id, o := range p.orders {
		s, err := b.Find(id)
		if err != nil {
			require.Zero(t, o.base, "order %d is over and holds pieces", id)
		} else if o.side == Sell {
			require.Equal(t, s.Quantity, o.base)
		}
		p.quote.Sub(o.quote)
		p.base -= o.base
	}
	require.Zero(t, p.quote.Sign())
	require.Zero(t, p.base)
	all := p.got
	fees, err := p.fee.Amount()
	require.NoError(t, err)
	all.Add(fees)
	require.Zero(t, p.paid.Cmp(all))
}
