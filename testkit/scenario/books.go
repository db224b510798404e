// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"fmt"
	"slices"
	"strconv"

	"mabeam.dev/market"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
)

// bookVerbs are what traders do at a book of orders. To buy is not to bid, which is what one does in an auction, and not to buy, which is a service.
func bookVerbs() []Verb {
	return []Verb{
		{
			Name: "ask", Group: Markets, Usage: "ask BOOK OWNER PIECES PRICE [KIND]", Min: 4, Max: 5, Example: "ask hours bob 8 3.50",
			Doc: "Places an order to sell at a book of orders of the node, again and again until it is answered: a limit, which rests where nobody buys, or of the " +
				"kind ioc, fok or post-only. It prints which order it is, how much was traded at once, and for how much. It fails when the order is refused.",
			check: checkBookOrder, run: placeOrder(orderbook.Sell),
		},
		{
			Name: "buyorder", Group: Markets, Usage: "buyorder BOOK OWNER PIECES PRICE [KIND]", Min: 4, Max: 5, Example: "buyorder hours ann 5 4",
			Doc:   "Places an order to buy, as ask does to sell.",
			check: checkBookOrder, run: placeOrder(orderbook.Buy),
		},
		{
			Name: "cancelorder", Group: Markets, Usage: "cancelorder BOOK OWNER ORDER", Min: 3, Max: 3, Example: "cancelorder hours bob 1",
			Doc:   "Ends an order of an owner; what was set aside for it is available again.",
			check: checkCount(2),
			run: func(e *engine, c *Command) (string, error) {
				id, _ := strconv.ParseUint(c.Args[2].Text, 10, 64)
				return e.atBook(c.Args[0].Text, func(b *market.Book, key string) (market.Placed, error) {
					return b.Cancel(e.ctx, key, c.Args[1].Text, orderbook.ID(id))
				})
			},
		},
	}
}

// orderKinds are those that need no more than a price and a quantity.
var orderKinds = []orderbook.Kind{orderbook.Limit, orderbook.IOC, orderbook.FOK, orderbook.PostOnly}

// orderKind is the kind of an order of a script; false if its word is none.
func orderKind(args []Arg) (orderbook.Kind, bool) {
	if len(args) < 5 {
		return orderbook.Limit, true
	}
	at := slices.IndexFunc(orderKinds, func(k orderbook.Kind) bool { return k.String() == args[4].Text })
	if at < 0 {
		return 0, false
	}
	return orderKinds[at], true
}

func checkBookOrder(s *Script, c *Command) []mistake {
	bad := slices.Concat(checkCount(2)(s, c), checkAmount(3)(s, c))
	if _, ok := orderKind(c.Args); !ok {
		a := c.Args[4]
		bad = append(bad, mistake{col: a.Col, width: len([]rune(a.Text)), reason: fmt.Sprintf("%q is no kind of order", a.Text), hint: "one of: limit, ioc, fok, post-only"})
	}
	return bad
}

func placeOrder(side orderbook.Side) func(*engine, *Command) (string, error) {
	return func(e *engine, c *Command) (string, error) {
		pieces, _ := strconv.ParseInt(c.Args[2].Text, 10, 64)
		price, _ := money.Parse(c.Args[3].Text)
		kind, _ := orderKind(c.Args)
		return e.atBook(c.Args[0].Text, func(b *market.Book, key string) (market.Placed, error) {
			return b.Place(e.ctx, market.BookOrder{Key: key, Owner: c.Args[1].Text, Side: side, Kind: kind, Price: price, Quantity: pieces})
		})
	}
}

// book is one of the node's.
func (e *engine) book(name string) (*market.Book, error) {
	if e.node == nil {
		return nil, errNotStarted
	}
	for _, b := range e.node.Books() {
		if b.Name() == name {
			return b, nil
		}
	}
	return nil, fmt.Errorf("the node has no book %q: its config has none in market.books", name)
}

// atBook does something at a book, under a key of its own, until it is answered, and prints what became of it.
func (e *engine) atBook(name string, do func(b *market.Book, key string) (market.Placed, error)) (string, error) {
	b, err := e.book(name)
	if err != nil {
		return "", err
	}
	e.trades++
	key := "scenario-" + strconv.Itoa(e.trades)
	var p market.Placed
	if err := e.insist(func() (err error) { p, err = do(b, key); return err }); err != nil {
		return "", err
	}
	return fmt.Sprintf("order %d: %d traded for %s, %d left\n", p.Order, p.Filled, money.Format(p.Cost), p.Left), nil
}

// bookSubjects are what can be expected of books of orders.
func bookSubjects() []subject {
	return []subject{
		{"best", "best BOOK buy|sell", "the best price of a side of a book; none if nothing rests there", 2, 2, ofSide(func(l []orderbook.Level) string {
			if len(l) == 0 {
				return "none"
			}
			return money.Format(l[0].Price)
		})},
		{"depth", "depth BOOK buy|sell", "how many pieces rest on a side of a book, at the prices that readers see", 2, 2, ofSide(func(l []orderbook.Level) string {
			sum := int64(0)
			for _, at := range l {
				sum += at.Quantity
			}
			return strconv.FormatInt(sum, 10)
		})},
		{"last", "last BOOK", "the price of the last trade of a book; none if there was none", 1, 1, ofBook(func(v market.BookView) string {
			if v.Trades == 0 {
				return "none"
			}
			return money.Format(v.Last)
		})},
		{"trades", "trades BOOK", "how many trades a book has made", 1, 1, ofBook(func(v market.BookView) string {
			return strconv.FormatUint(uint64(v.Trades), 10)
		})},
		{"phase", "phase BOOK", "whether a book trades: open, closed or calling", 1, 1, ofBook(func(v market.BookView) string { return v.Phase.String() })},
	}
}

func ofBook(show func(market.BookView) string) func(*engine, []Arg) (string, error) {
	return func(e *engine, args []Arg) (string, error) {
		b, err := e.book(args[0].Text)
		if err != nil {
			return "", err
		}
		v, err := b.View()
		if err != nil {
			return "", err
		}
		return show(v), nil
	}
}

func ofSide(show func([]orderbook.Level) string) func(*engine, []Arg) (string, error) {
	sides := map[string]func(*engine, []Arg) (string, error){
		orderbook.Buy.String():  ofBook(func(v market.BookView) string { return show(v.Buy) }),
		orderbook.Sell.String(): ofBook(func(v market.BookView) string { return show(v.Sell) }),
	}
	return func(e *engine, args []Arg) (string, error) {
		see, ok := sides[args[1].Text]
		if !ok {
			return "", fmt.Errorf("%q is no side: buy or sell", args[1].Text)
		}
		return see(e, args)
	}
}
