// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"fmt"
	"net/http"

	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/node/marketlog"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/market"
	"mabeam.dev/supervision"
)

// trading is what the service of books leaves: in the order of the config, nil without them.
type trading struct {
	books       []*market.Book
	predictions []*market.Prediction
	prices      *market.Prices
}

// Books returns the node's books of orders, in the order of the config.
func (n *Node) Books() []*market.Book { return n.market.trading.books }

// Predictions returns the node's prediction markets, in the order of the config.
func (n *Node) Predictions() []*market.Prediction { return n.market.trading.predictions }

// Prices returns the node's price service; nil if it has no books.
func (n *Node) Prices() *market.Prices { return n.market.trading.prices }

// booksService trades: books of orders, prediction markets, and the prices that books make.
var booksService = service{
	Service: phase.Service{
		Name: "books", Phase: phase.Economy, Need: phase.Optional, Loss: phase.Alone, After: []string{"ledger"},
		Without: "No orders and no predictions are traded; what is held stays held, and the last tape and prices can be read.",
	},
	make: func(n *Node) ([]supervision.Child, error) {
		c := n.o.Config.Market
		if c == nil || len(c.Books)+len(c.Predictions) == 0 {
			return nil, nil
		}
		log := marketlog.New(n.journal)
		var children []supervision.Child
		var tapes []market.Tape
		for _, b := range c.Books {
			spec, fees := b.Rules(*c)
			book, err := market.NewBook(market.BookOptions{
				Name: b.Book, Stream: "market/book/" + b.Book, Journal: log, Snapshots: log, Ledger: n.market.ledger, Spec: spec, Fees: fees,
			})
			if err != nil {
				return nil, err
			}
			n.market.trading.books = append(n.market.trading.books, book)
			tapes = append(tapes, book)
			children = append(children, patient(supervision.Worker("book-"+b.Book, book.Behavior, book.ProcessOptions()...)))
		}
		for _, f := range c.Predictions {
			spec, currency := f.Spec(*c)
			p, err := market.NewPrediction(market.PredictionOptions{
				Name: f.Prediction, Stream: "market/prediction/" + f.Prediction, Journal: log, Snapshots: log, Ledger: n.market.ledger,
				Spec: spec, Currency: currency, Maker: f.Maker, Oracle: f.Oracle, Judge: f.Judge,
			})
			if err != nil {
				return nil, err
			}
			n.market.trading.predictions = append(n.market.trading.predictions, p)
			children = append(children, patient(supervision.Worker("prediction-"+f.Prediction, p.Behavior, p.ProcessOptions()...)))
		}
		if len(tapes) > 0 {
			same := map[string]string{}
			for _, p := range c.Parties {
				for _, who := range p.Owners {
					same[who] = "party/" + p.Party
				}
			}
			prices, err := market.NewPrices(market.PricesOptions{Name: "prices", Tapes: tapes, Same: func(owner string) string {
				if party, ok := same[owner]; ok {
					return party
				}
				return owner
			}})
			if err != nil {
				return nil, err
			}
			n.market.trading.prices = prices
			children = append(children, patient(prices.Child()))
		}
		return []supervision.Child{supervision.Sub("books", supervision.Spec{Intensity: unbounded, Children: children})}, nil
	},
}

// patient waits longer and longer between the restarts of a child: one that cannot live disturbs no other.
func patient(c supervision.Child) supervision.Child {
	wait := again
	c.Backoff = &wait
	return c
}

// fundings are what the config says of prediction markets: each gets its subsidy, once.
func (n *Node) fundings() (all []entry) {
	for i, p := range n.market.trading.predictions {
		name := n.o.Config.Market.Predictions[i].Prediction
		all = append(all, entry{fmt.Sprintf("prediction %q", name), func(ctx context.Context) error {
			return p.Fund(ctx, "opening/"+name)
		}})
	}
	return all
}

// counters serves books besides everything else.
func (n *Node) counters(all http.Handler) http.Handler {
	return admin.WithBooks(all, admin.Books(admin.BookViews{
		Books: n.market.trading.books, Prices: n.market.trading.prices, Predictions: n.market.trading.predictions, Now: n.sys.Now,
		Token: n.o.Config.Surfaces.Token.Reveal(), Body: int64(n.o.Config.Surfaces.Body),
	}))
}
