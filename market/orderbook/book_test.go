// SPDX-License-Identifier: Apache-2.0

package orderbook_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/money"
	. "mabeam.dev/market/orderbook"
)

func open(t testing.TB, change func(*Spec)) *Book {
	s := Spec{Base: "tea", Quote: "credit"}
	if change != nil {
		change(&s)
	}
	b, err := New(s)
	require.NoError(t, err)
	return b
}

func TestEveryMistakeOfASpecIsReturnedAtOnce(t *testing.T) {
	_, err := New(Spec{Tick: -1, Lot: -1, Orders: -1, Tape: -1, HaltMove: -1, HaltWindow: -1})
	for _, field := range []string{"Base", "Quote", "Tick", "Lot", "Orders", "Tape", "HaltMove", "HaltWindow"} {
		assert.ErrorContains(t, err, `spec "`+field+`"`)
	}
	var e *SpecError
	require.ErrorAs(t, err, &e)
	_, err = New(Spec{Base: "tea", Quote: "tea"})
	require.ErrorAs(t, err, &e)
	require.ErrorAs(t, Fees{-1, 1_000_001}.Validate(), &e)
}

func TestAnOrderThatCannotBeIsRefusedWithEveryReason(t *testing.T) {
	b := open(t, func(s *Spec) { s.Tick, s.Lot = 10, 5 })
	good := Order{Owner: 1, Price: 100, Quantity: 5}
	for name, c := range map[string]struct {
		change func(*Order)
		want   error
		field  string
	}{
		"price 0":            {func(o *Order) { o.Price = 0 }, nil, "Price"},
		"negative price":     {func(o *Order) { o.Price = -10 }, nil, "Price"},
		"off tick":           {func(o *Order) { o.Price = 101 }, ErrOffTick, ""},
		"quantity 0":         {func(o *Order) { o.Quantity = 0 }, nil, "Quantity"},
		"negative quantity":  {func(o *Order) { o.Quantity = -5 }, nil, "Quantity"},
		"off lot":            {func(o *Order) { o.Quantity = 7 }, ErrOffLot, ""},
		"too many":           {func(o *Order) { o.Quantity = MaxQuantity + 5 }, ErrTooLarge, ""},
		"overflow":           {func(o *Order) { o.Price, o.Quantity = math.MaxInt64/10*10, 5 }, ErrTooLarge, ""},
		"side":               {func(o *Order) { o.Side = 7 }, nil, "Side"},
		"kind":               {func(o *Order) { o.Kind = 7 }, nil, "Kind"},
		"remedy":             {func(o *Order) { o.SelfTrade = 7 }, nil, "SelfTrade"},
		"funds of a limit":   {func(o *Order) { o.Funds = 5 }, nil, "Funds"},
		"negative funds":     {func(o *Order) { o.Funds = -5 }, nil, "Funds"},
		"unbounded purchase": {func(o *Order) { o.Kind, o.Price = Market, 0 }, nil, "Price"},
		"negative stop":      {func(o *Order) { o.Stop = -10 }, nil, "Stop"},
		"stop off tick":      {func(o *Order) { o.Stop = 7 }, ErrOffTick, ""},
		"post-only stop":     {func(o *Order) { o.Kind, o.Stop = PostOnly, 10 }, nil, "Stop"},
	} {
		o := good
		c.change(&o)
		id, events, err := b.Place(0, o)
		assert.Zero(t, id, name)
		assert.Empty(t, events, name)
		if c.want != nil {
			assert.ErrorIs(t, err, c.want, name)
			continue
		}
		var e *OrderError
		if assert.ErrorAs(t, err, &e, name) {
			assert.Equal(t, c.field, e.Field, name)
		}
	}
	_, _, err := b.Place(0, Order{Side: 9, Kind: 9, Quantity: -1, Price: -1})
	assert.Equal(t, 3, strings.Count(err.Error(), "\n"), "four mistakes")
}

func TestStatesThatDoNotSuitAreErrorsAndChangeNothing(t *testing.T) {
	b := open(t, func(s *Spec) { s.Orders = 2 })
	for _, no := range []func() error{
		func() error { _, err := b.Best(Buy); return err },
		func() error { _, err := b.Mid(); return err },
		func() error { _, err := b.Last(); return err },
		func() error { _, _, err := b.Tape().VWAP(0); return err },
		func() error { _, _, err := b.Tape().TWAP(0, 10); return err },
	} {
		assert.ErrorIs(t, no(), ErrNoPrice)
	}
	ask, _, err := b.Place(0, Order{Owner: 1, Side: Sell, Price: 10, Quantity: 5})
	require.NoError(t, err)
	refuse := func(want error, o Order) {
		t.Helper()
		before := b.Depth(Sell, 0, nil)
		_, _, err := b.Place(0, o)
		require.ErrorIs(t, err, want)
		require.Equal(t, before, b.Depth(Sell, 0, nil))
	}
	refuse(ErrWouldTrade, Order{Owner: 2, Kind: PostOnly, Price: 10, Quantity: 1})
	refuse(ErrUnfilled, Order{Owner: 2, Kind: FOK, Price: 10, Quantity: 6})
	refuse(ErrUnfilled, Order{Owner: 1, Kind: FOK, Price: 10, Quantity: 1})
	_, err = b.Cancel(0, 2, ask)
	require.ErrorIs(t, err, ErrUnknownOrder, "somebody else's")
	_, err = b.Cancel(0, 0, 0)
	require.ErrorIs(t, err, ErrUnknownOrder)
	_, err = b.Amend(0, 1, 99, 1, 1)
	require.ErrorIs(t, err, ErrUnknownOrder)
	_, err = b.Amend(0, 1, ask, 10, 0)
	var e *OrderError
	require.ErrorAs(t, err, &e)
	_, err = b.Find(99)
	require.ErrorIs(t, err, ErrUnknownOrder)
	_, err = b.Uncross(0, 0)
	require.ErrorIs(t, err, ErrPhase)

	_, err = b.Call(0)
	require.NoError(t, err)
	_, err = b.Call(0)
	require.ErrorIs(t, err, ErrPhase)
	refuse(ErrPhase, Order{Owner: 2, Kind: IOC, Price: 10, Quantity: 1})
	refuse(ErrSelfTrade, Order{Owner: 1, Price: 10, Quantity: 1})
	_, err = b.Halt(0)
	require.NoError(t, err)
	_, err = b.Halt(0)
	require.ErrorIs(t, err, ErrHalted)
	refuse(ErrHalted, Order{Owner: 2, Price: 1, Quantity: 1})
	_, err = b.Amend(0, 1, ask, 11, 5)
	require.ErrorIs(t, err, ErrHalted)
	_, err = b.Amend(0, 1, ask, 10, 4)
	require.NoError(t, err, "less may always be asked for")
	_, err = b.Call(0)
	require.NoError(t, err)
	_, err = b.Uncross(0, 0)
	require.NoError(t, err)
	_, _, err = b.Place(0, Order{Owner: 2, Price: 1, Quantity: 1})
	require.NoError(t, err)
	refuse(ErrFull, Order{Owner: 2, Price: 1, Quantity: 1})
	_, err = b.Cancel(0, 1, ask)
	require.NoError(t, err)
}

// A market order has no price that anybody made up: it ends where its funds or the other side end.
func TestAMarketOrderSpendsItsFundsAndNoMore(t *testing.T) {
	b := open(t, nil)
	for i, price := range []money.Amount{10, 20, 40} {
		_, _, err := b.Place(0, Order{Owner: Owner(10 + i), Side: Sell, Price: price, Quantity: 3})
		require.NoError(t, err)
	}
	_, events, err := b.Place(0, Order{Owner: 1, Kind: Market, Quantity: 100, Funds: 75})
	require.NoError(t, err)
	require.Equal(t, Event{Act: Cancelled, Why: NothingLeft, Order: 4, Owner: 1, Quantity: 95}, events[3])
	assert.Equal(t, []Level{{20, 1, 1}, {40, 3, 1}}, b.Depth(Sell, 0, nil))
	_, events, err = b.Place(0, Order{Owner: 1, Side: Sell, Kind: Market, Quantity: 1})
	require.NoError(t, err)
	assert.Equal(t, NothingLeft, events[1].Why, "nobody buys")
}

func TestAHaltComesBeforeTheTradeThatMovesThePriceTooFar(t *testing.T) {
	b := open(t, func(s *Spec) { s.HaltMove, s.HaltWindow = 100_000, time.Second })
	place := func(at int64, owner Owner, side Side, price money.Amount) []Event {
		_, events, err := b.Place(at, Order{Owner: owner, Side: side, Price: price, Quantity: 1})
		require.NoError(t, err)
		return events
	}
	place(0, 1, Sell, 100)
	place(0, 2, Buy, 100)
	place(0, 1, Sell, 110)
	place(0, 2, Buy, 110)
	place(0, 1, Sell, 111)
	events := place(int64(time.Second), 2, Buy, 200)
	require.Equal(t, []Act{Placed, Halted, Cancelled}, []Act{events[0].Act, events[1].Act, events[2].Act})
	assert.Equal(t, PriceMove, events[2].Why)
	assert.Equal(t, Closed, b.Phase())
	_, err := b.Call(0)
	require.NoError(t, err)
	place(0, 2, Buy, 200)
	events, err = b.Uncross(0, 0)
	require.NoError(t, err)
	assert.Equal(t, Event{Act: Reopened, At: int64(time.Second), Price: 111, Quantity: 1}, events[0])
	place(0, 1, Sell, 120)
	place(int64(3*time.Second), 2, Buy, 120) // the window has passed
	last, err := b.Last()
	require.NoError(t, err)
	assert.Equal(t, money.Amount(120), last)
}
