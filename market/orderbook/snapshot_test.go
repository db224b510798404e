// SPDX-License-Identifier: Apache-2.0

package orderbook_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/money"
	. "mabeam.dev/market/orderbook"
)

// The book is written down and read again in the middle of random commands, again and again; the naive book goes on beside it.
func TestABookThatIsWrittenDownAndReadAgainIsTheSame(t *testing.T) {
	for seed := range uint64(6) {
		p := newPair(t, Spec{Base: "tea", Quote: "credit", Tick: 10_000, Lot: 5, Orders: 150, Tape: 40, HaltMove: 80_000, HaltWindow: 20 * time.Second}, 100+seed)
		for range 40 {
			for range 50 {
				p.step()
			}
			data := p.book.Encode()
			again, err := Decode(p.book.Spec(), data)
			require.NoError(t, err)
			require.Equal(t, string(data), string(again.Encode()))
			p.book = again
		}
		assert.Positive(t, p.seen[Triggered])
		assert.Positive(t, p.seen[Halted])
	}
}

func TestADamagedSnapshotIsRefused(t *testing.T) {
	spec := Spec{Base: "tea", Quote: "credit"}
	for name, data := range map[string]string{
		"no JSON":           `{`,
		"a phase":           `{"phase":9}`,
		"an id to come":     `{"orders":1,"turns":9,"rests":[[{"id":2,"turn":1,"owner":1,"price":5,"quantity":1}],null]}`,
		"one id twice":      `{"orders":1,"turns":9,"rests":[[{"id":1,"turn":1,"owner":1,"price":5,"quantity":1},{"id":1,"turn":1,"owner":1,"price":5,"quantity":1}],null]}`,
		"no quantity":       `{"orders":1,"turns":9,"rests":[[{"id":1,"turn":1,"owner":1,"price":5}],null]}`,
		"a stop that rests": `{"orders":1,"turns":9,"rests":[[{"id":1,"turn":1,"owner":1,"price":5,"quantity":1,"stop":4}],null]}`,
		"a crossed book":    `{"orders":2,"turns":9,"rests":[[{"id":1,"turn":1,"owner":1,"price":5,"quantity":1}],[{"id":2,"turn":2,"owner":2,"price":5,"quantity":1}]]}`,
	} {
		_, err := Decode(spec, []byte(data))
		assert.ErrorIs(t, err, ErrSnapshot, name)
	}
	_, err := Decode(Spec{}, nil)
	var bad *SpecError
	assert.ErrorAs(t, err, &bad)
}

func TestADoubleAuctionServesWhomMcAfeeChoosesAndEndsAllOthers(t *testing.T) {
	for name, c := range map[string]struct {
		buy, sell          []money.Amount
		trades             int
		pays, gets, excess money.Amount
	}{
		"the price between those left out": {[]money.Amount{90, 80, 40}, []money.Amount{20, 30, 60}, 2, 50, 50, 0},
		"one pair given up":                {[]money.Amount{90, 80, 70}, []money.Amount{20, 30, 60}, 2, 70, 60, 40},
		"nothing trades":                   {[]money.Amount{10}, []money.Amount{20}, 0, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := New(Spec{Base: "tea", Quote: "credit", Lot: 2})
			require.NoError(t, err)
			_, _, err = b.Double(0)
			require.ErrorIs(t, err, ErrPhase)
			_, err = b.Call(1)
			require.NoError(t, err)
			for i, p := range c.buy {
				_, _, err := b.Place(2, Order{Owner: Owner(1 + i), Side: Buy, Price: p, Quantity: 2})
				require.NoError(t, err)
			}
			for i, p := range c.sell {
				_, _, err := b.Place(2, Order{Owner: Owner(11 + i), Side: Sell, Price: p, Quantity: 2})
				require.NoError(t, err)
			}
			events, got, err := b.Double(3)
			require.NoError(t, err)
			assert.Equal(t, []money.Amount{c.pays, c.gets, c.excess}, []money.Amount{got.Pays, got.Gets, got.Surplus})
			trades, ended := 0, 0
			fees := money.Amount(0)
			for _, e := range events {
				switch e.Act {
				case Traded:
					trades++
					s, err := Fees{}.Between(e, got.Gets)
					require.NoError(t, err)
					assert.Equal(t, []money.Amount{2 * c.pays, 2 * c.gets}, []money.Amount{s.Pays, s.Gets})
					fees += s.Fees
				case Cancelled:
					ended++
				}
			}
			assert.Equal(t, c.trades, trades)
			assert.Equal(t, got.Surplus, fees, "what is between the prices goes to the fees")
			assert.Equal(t, len(c.buy)+len(c.sell)-2*c.trades, ended)
			assert.Empty(t, b.Queue(Buy, nil))
			assert.Equal(t, Open, b.Phase())
		})
	}
	b, err := New(Spec{Base: "tea", Quote: "credit"})
	require.NoError(t, err)
	_, err = b.Call(1)
	require.NoError(t, err)
	_, _, err = b.Place(2, Order{Owner: 1, Side: Buy, Price: 5, Quantity: 1})
	require.NoError(t, err)
	_, _, err = b.Place(2, Order{Owner: 1, Side: Buy, Price: 6, Quantity: 1})
	require.NoError(t, err)
	_, _, err = b.Double(3)
	var bad *OrderError
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, Calling, b.Phase(), "a refusal changes nothing")
}
