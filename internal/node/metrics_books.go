// SPDX-License-Identifier: Apache-2.0

package node

import (
	"errors"

	"mabeam.dev/market"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
	"mabeam.dev/telemetry/prom"
)

// bookMetrics are those of books of orders: by side, outcome and what is traded, never by owner, order or trade. What books refuse is in
// market_refused_total, of the family market.book.
func bookMetrics(r *prom.Registry, n *Node) error {
	orders, err1 := r.Counter(prom.Definition{
		Name:   "market_orders_total",
		Help:   "Orders that books took, by what became of them at once: filled, partly_filled, resting, cut_short or unfilled.",
		Labels: []string{"side", "outcome"},
	})
	trades, err2 := r.Counter(prom.Definition{Name: "market_trades_total", Help: "Trades of books that are durable and paid."})
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	prom.On(orders, func(e market.OrderTaken) (prom.Values, float64, bool) {
		return prom.Values{e.Side.String(), e.Outcome}, 1, true
	})
	prom.On(trades, func(market.TradeMade) (prom.Values, float64, bool) { return prom.Values{}, 1, true })
	return errors.Join(
		r.Read(prom.Definition{Name: "market_books", Help: "Books of orders, by their phase.", Labels: []string{"phase"}}, func(report func(prom.Values, float64)) {
			for phase, count := range n.depths().phases {
				report(prom.Values{phase.String()}, float64(count))
			}
		}),
		r.Read(prom.Definition{
			Name: "market_book_orders", Help: "Orders that rest at the prices that readers see, by side.", Labels: []string{"side"},
		}, func(report func(prom.Values, float64)) {
			for side, count := range n.depths().orders {
				report(prom.Values{side.String()}, float64(count))
			}
		}),
		r.Read(prom.Definition{
			Name: "market_book_depth", Help: "Pieces that rest at the prices that readers see, by what is traded and by side.", Labels: []string{"asset", "side"},
		}, func(report func(prom.Values, float64)) {
			for at, pieces := range n.depths().pieces {
				report(prom.Values{string(at.asset), at.side.String()}, pieces)
			}
		}),
	)
}

// assetSide is a side of all books of an asset.
type assetSide struct {
	asset money.Asset
	side  orderbook.Side
}

// bookDepths are the figures of all books at one moment.
type bookDepths struct {
	phases map[orderbook.Phase]int
	orders map[orderbook.Side]int
	pieces map[assetSide]float64
}

// depths looks at the node's books; one that was never ready is not counted.
func (n *Node) depths() bookDepths {
	d := bookDepths{map[orderbook.Phase]int{}, map[orderbook.Side]int{}, map[assetSide]float64{}}
	for _, b := range n.market.trading.books {
		v, err := b.View()
		if err != nil {
			continue
		}
		d.phases[v.Phase]++
		for side, levels := range map[orderbook.Side][]orderbook.Level{orderbook.Buy: v.Buy, orderbook.Sell: v.Sell} {
			d.orders[side] += 0 // a side that is empty has a figure, too
			d.pieces[assetSide{v.Base, side}] += 0
			for _, l := range levels {
				d.orders[side] += l.Orders
				d.pieces[assetSide{v.Base, side}] += float64(l.Quantity)
			}
		}
	}
	return d
}
