// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
	"mabeam.dev/supervision"
)

var traders = []string{"ann", "bob", "cid", "dan"}

// teaBook is a book of tea for credits, with fees of 1 % and 2 %.
func teaBook(j market.Journal, l *market.Ledger) market.BookOptions {
	return market.BookOptions{
		Name: "tea", Stream: "market/book/tea", Journal: j, Ledger: l,
		Spec: orderbook.Spec{Base: "tea", Quote: "credit", Tape: 64},
		Fees: orderbook.Fees{Maker: 10_000, Taker: 20_000},
	}
}

// deposits give every trader credits and tea.
func deposits() (all []ledger.Transaction) {
	for _, who := range traders {
		all = append(all, ledger.Open("open/"+who, who), ledger.Deposit("in/"+who, who, credits(10_000)), ledger.Deposit("tea/"+who, who, money.Of(100, "tea")))
	}
	return all
}

// funded starts a ledger in which every trader has money and tea.
func funded(t *testing.T, m *memory) (*market.Ledger, *supervision.Supervisor) {
	t.Helper()
	l, sup, _ := opened(t, market.LedgerOptions{Journal: m})
	for _, x := range deposits() {
		_, err := l.Post(t.Context(), x)
		require.NoError(t, err)
	}
	return l, sup
}

// trading starts a ledger with money in it, and a book.
func trading(t *testing.T, m *memory, change func(*market.BookOptions)) (*market.Book, *market.Ledger, *supervision.Supervisor) {
	t.Helper()
	l, sup := funded(t, m)
	o := teaBook(m, l)
	if change != nil {
		change(&o)
	}
	b, err := market.NewBook(o)
	require.NoError(t, err)
	_, err = sup.StartChild(t.Context(), b.Child())
	require.NoError(t, err)
	return b, l, sup
}

func buy(key, owner string, price money.Amount, quantity int64) market.BookOrder {
	return market.BookOrder{Key: key, Owner: owner, Side: orderbook.Buy, Price: price, Quantity: quantity}
}

func sell(key, owner string, price money.Amount, quantity int64) market.BookOrder {
	o := buy(key, owner, price, quantity)
	o.Side = orderbook.Sell
	return o
}

// step is a command of a day on the market, and whether the book refuses it.
type step struct {
	do     func(context.Context, *market.Book) error
	refuse error
}

func placing(o market.BookOrder) func(context.Context, *market.Book) error {
	return func(ctx context.Context, b *market.Book) error { _, err := b.Place(ctx, o); return err }
}

func kind(o market.BookOrder, k orderbook.Kind) market.BookOrder {
	o.Kind = k
	return o
}

// day has every kind of command in it.
func day() []step {
	stop := buy("s1", "dan", 130, 4)
	stop.Stop = 105
	all := kind(market.BookOrder{Key: "m1", Owner: "bob", Side: orderbook.Buy, Quantity: 50, Funds: 700}, orderbook.Market)
	oldest := sell("x1", "ann", 90, 3)
	oldest.SelfTrade = orderbook.CancelOldest
	replace := func(r market.Replacement) func(context.Context, *market.Book) error {
		return func(ctx context.Context, b *market.Book) error { _, err := b.Replace(ctx, r); return err }
	}
	return []step{
		{placing(sell("a1", "ann", 100, 10)), nil}, // order 1
		{placing(sell("a2", "ann", 110, 10)), nil}, // order 2
		{placing(buy("b1", "bob", 90, 5)), nil},    // order 3
		{placing(buy("c1", "cid", 104, 4)), nil},   // order 4, gets 4 at 100: what it saved is given back
		{placing(stop), nil},                       // order 5
		{placing(kind(buy("f1", "cid", 100, 40), orderbook.FOK)), orderbook.ErrUnfilled},
		{placing(kind(buy("p1", "cid", 100, 1), orderbook.PostOnly)), orderbook.ErrWouldTrade},
		{placing(kind(buy("i1", "cid", 100, 8), orderbook.IOC)), nil}, // order 6: 6 of 8
		{placing(all), nil},                                           // order 7: 6 at 110 for 660; triggers the stop, which takes 4 more
		{replace(market.Replacement{Key: "r1", Owner: "bob", Order: 3, Price: 90, Quantity: 3}), nil},
		{replace(market.Replacement{Key: "r2", Owner: "bob", Order: 3, Price: 95, Quantity: 9}), nil}, // needs more
		{replace(market.Replacement{Key: "r3", Owner: "ann", Order: 3, Price: 95, Quantity: 9}), orderbook.ErrUnknownOrder},
		{placing(buy("a3", "ann", 85, 2)), nil},   // order 8
		{placing(oldest), nil},                    // order 9: 3 to bob at 95
		{placing(sell("d1", "dan", 120, 5)), nil}, // order 10
		{func(ctx context.Context, b *market.Book) error {
			_, err := b.Cancel(ctx, "k1", "dan", 10)
			return err
		}, nil},
		{func(ctx context.Context, b *market.Book) error { return b.Halt(ctx, "h1") }, nil},
		{placing(buy("h2", "cid", 100, 1)), orderbook.ErrHalted},
		{func(ctx context.Context, b *market.Book) error { return b.Call(ctx, "h3") }, nil},
		{placing(buy("e1", "cid", 105, 5)), nil}, // order 11
		{placing(sell("e2", "dan", 98, 7)), nil}, // order 12
		{func(ctx context.Context, b *market.Book) error { _, err := b.Uncross(ctx, "h4", 0); return err }, nil},
		{placing(buy("poor", "cid", 1_000_000, 1)), ledger.ErrInsufficientFunds},
		{placing(buy("nobody", "eve", 1, 1)), ledger.ErrUnknownAccount},
		{placing(sell("z1", "cid", 200, 2)), nil}, // order 13 rests until the end
		{placing(buy("z2", "dan", 50, 2)), nil},   // order 14 rests, too
	}
}

// through carries a day out; what is unavailable is repeated with the same keys.
func through(t *testing.T, b *market.Book, l *market.Ledger) {
	for i, s := range day() {
		insistOn(t, func(ctx context.Context) error {
			err := s.do(ctx, b)
			if s.refuse != nil && errors.Is(err, s.refuse) {
				return nil
			}
			if s.refuse != nil && err == nil {
				return fmt.Errorf("step %d was not refused", i)
			}
			return err
		})
		conserved(t, l)
	}
}

// conserved holds that nothing appears or vanishes: all balances of an asset add up to 0, and none but the world's is below it.
func conserved(t witness, l *market.Ledger) {
	_, all, err := l.Balances()
	require.NoError(t, err)
	sums := map[money.Asset]money.Amount{}
	for s, v := range all {
		sums[s.Asset] += v
		if s.Account != ledger.World {
			require.Positive(t, v, s.Account)
		}
	}
	for asset, sum := range sums {
		require.Zero(t, sum, asset)
	}
}

// picture is all that a day leaves behind: balances, orders, the tape and what readers see.
func picture(t witness, b *market.Book, l *market.Ledger) string {
	var out strings.Builder
	_, all, err := l.Balances()
	require.NoError(t, err)
	var lines []string
	for s, v := range all {
		lines = append(lines, fmt.Sprintf("%s %s %d", s.Account, s.Asset, int64(v)))
	}
	slices.Sort(lines)
	fmt.Fprintln(&out, strings.Join(lines, "\n"))
	orders, err := b.Orders(t.Context(), "")
	require.NoError(t, err)
	for _, o := range orders {
		fmt.Fprintf(&out, "%d %s %v %d at %d holds %d\n", o.ID, o.Owner, o.Order.Side, o.Order.Quantity, int64(o.Order.Price), int64(o.Held))
	}
	tape, missed, err := b.Trades(0)
	require.NoError(t, err)
	require.False(t, missed)
	for _, x := range tape {
		fmt.Fprintf(&out, "trade %d: %d at %d, %s/%d from %s/%d\n", x.ID, x.Quantity, int64(x.Price), x.Buyer, x.Buy, x.Seller, x.Sell)
	}
	v, err := b.View()
	require.NoError(t, err)
	fmt.Fprintf(&out, "%v %v %v last %d mid %d trades %d\n", v.Phase, v.Buy, v.Sell, int64(v.Last), int64(v.Mid), v.Trades)
	return out.String()
}

// unstuck holds the ledger's holds of the book against its orders: one for each, of the same amount.
func unstuck(t witness, b *market.Book, l *market.Ledger) {
	orders, err := b.Orders(t.Context(), "")
	require.NoError(t, err)
	open, err := l.Reconcile(t.Context(), "book/tea")
	require.NoError(t, err)
	var want, have []string
	for _, o := range orders {
		want = append(want, fmt.Sprintf("%s %d", o.Owner, int64(o.Held)))
	}
	for _, h := range open {
		have = append(have, fmt.Sprintf("%s %d", h.Owner, int64(h.Amount)))
	}
	slices.Sort(want)
	slices.Sort(have)
	require.Equal(t, want, have, "nothing is stuck, and nothing is missing")
	_, err = l.Verify(t.Context())
	require.NoError(t, err)
}

// undisturbed is how a day ends when nothing happens to anybody.
func undisturbed(t *testing.T) (want string) {
	synctest.Test(t, func(t *testing.T) {
		b, l, _ := trading(t, newMemory(), nil)
		through(t, b, l)
		unstuck(t, b, l)
		want = picture(t, b, l)
	})
	return want
}
