// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
)

// However many orders and owners there are, the metrics of books have as many series: sides, outcomes and what is traded.
func TestMetricsOfBooksCountOrdersTradesAndDepthAndNameNobody(t *testing.T) {
	r := newRig(t)
	n := r.start(`
version: 1
node: {name: n, data: DIR/data}
surfaces: {listen: "127.0.0.1:0"}
market:
  books: [{book: hours-7, base: hour}]
`)
	for _, one := range []ledger.Transaction{
		ledger.Open("ann", "ann-7"), ledger.Deposit("money", "ann-7", money.Of(100*money.Unit, "credit")),
		ledger.Open("bob", "bob-7"), ledger.Deposit("goods", "bob-7", money.Of(50, "hour")),
	} {
		_, err := n.Ledger().Post(r.ctx, one)
		require.NoError(t, err)
	}
	keys := 0
	place := func(owner string, side orderbook.Side, kind orderbook.Kind, price, pieces int64) error {
		keys++
		_, err := n.Books()[0].Place(r.ctx, market.BookOrder{
			Key: fmt.Sprint("key-", keys), Owner: owner, Side: side, Kind: kind, Price: money.Amount(price) * money.Unit, Quantity: pieces,
		})
		return err
	}
	require.NoError(t, place("bob-7", orderbook.Sell, orderbook.Limit, 3, 8))
	for range 9 {
		require.NoError(t, place("bob-7", orderbook.Sell, orderbook.Limit, 4, 1))
	}
	require.NoError(t, place("ann-7", orderbook.Buy, orderbook.Limit, 3, 5))
	require.NoError(t, place("ann-7", orderbook.Buy, orderbook.Limit, 3, 4))
	require.NoError(t, place("ann-7", orderbook.Buy, orderbook.IOC, 2, 1))
	require.Error(t, place("ann-7", orderbook.Sell, orderbook.Limit, 2, 1000))
	_, body := r.get(n, "/metrics")
	for series, want := range map[string]string{
		`mabeam_market_orders_total{node="n",outcome="resting",side="sell"}`:      "10",
		`mabeam_market_orders_total{node="n",outcome="filled",side="buy"}`:        "1",
		`mabeam_market_orders_total{node="n",outcome="partly_filled",side="buy"}`: "1",
		`mabeam_market_orders_total{node="n",outcome="unfilled",side="buy"}`:      "1",
		`mabeam_market_trades_total{node="n"}`:                                    "2",
		`mabeam_market_books{node="n",phase="open"}`:                              "1",
		`mabeam_market_book_orders{node="n",side="buy"}`:                          "1",
		`mabeam_market_book_orders{node="n",side="sell"}`:                         "9",
		`mabeam_market_book_depth{asset="hour",node="n",side="buy"}`:              "1",
		`mabeam_market_book_depth{asset="hour",node="n",side="sell"}`:             "9",
	} {
		assert.Equal(t, want, value(body, series), series)
	}
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, "mabeam_market_") {
			assert.NotContains(t, line, "-7", "neither owners nor books nor orders are labels")
		}
	}
	r.stop(n)
}
