// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/cost"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
)

// Markets are about what agents trade.
const Markets Group = "Markets"

func marketVerbs() []Verb {
	return []Verb{
		{
			Name: "bid", Group: Markets, Usage: "bid AUCTION BIDDER OFFER...", Min: 3, Max: -1, Example: "bid tea ann 12.50",
			Doc: "Places a bid in an auction of the node, again and again until it is answered: an amount; amounts for the first, the second... piece in a uniform price " +
				"auction; bundles such as room+hall=50 in a combinatorial one; or now, which takes the offer to end the auction. It fails when the bid is refused.",
			check: checkOffers, run: bid,
		},
		{
			Name: "take", Group: Markets, Usage: "take AUCTION BIDDER [PIECES]", Min: 2, Max: 3, Example: "take clock ann 1",
			Doc:   "Takes pieces, one if nothing is said, at the price that the clock of a Dutch auction shows.",
			check: checkCount(2), run: take,
		},
		{
			Name: "withdraw", Group: Markets, Usage: "withdraw AUCTION BIDDER", Min: 2, Max: 2, Example: "withdraw tea ann",
			Doc: "Takes a bid back.",
			run: func(e *engine, c *Command) (string, error) {
				return "", e.trade(c.Args[0].Text, func(ctx context.Context, x *market.Exchange, key string) error {
					_, err := x.Withdraw(ctx, c.Args[0].Text, auction.Withdraw{Key: key, Bidder: c.Args[1].Text})
					return err
				})
			},
		},
		{
			Name: "order", Group: Markets, Usage: "order AUCTION open|suspend|resume|cancel", Min: 2, Max: 2, Example: "order tea cancel",
			Doc:   "Does what an operator does with an auction.",
			check: checkOrder, run: orderAuction,
		},
	}
}

// errNoMarket is the failure of a verb that needs a market.
var errNoMarket = errors.New("the node has no market: its config has no section market")

// patienceSteps is how often something is tried again that is not available, a tenth of a second later each time.
const patienceSteps = 600

// trade does something in an auction, under a key of its own, until it is answered.
func (e *engine) trade(id string, do func(ctx context.Context, x *market.Exchange, key string) error) error {
	if e.node == nil {
		return errNotStarted
	}
	x := e.node.Exchange()
	if x == nil {
		return errNoMarket
	}
	e.trades++
	key := "scenario-" + strconv.Itoa(e.trades)
	for range patienceSteps {
		err := do(e.ctx, x, key)
		if !errors.Is(err, market.ErrUnavailable) && !errors.Is(err, actors.ErrMailboxFull) {
			return err
		}
		e.sim.Advance(100 * time.Millisecond)
	}
	return fmt.Errorf("auction %s has not answered for a minute", id)
}

// offer is what is bid.
type offer struct {
	now     bool
	amounts []money.Amount
	bundles []bundle
}

type bundle struct {
	goods []string
	price money.Amount
}

// parseOffers reads the offers of a bid; the mistake has the place of its word.
func parseOffers(args []Arg) (o offer, bad *mistake) {
	for _, a := range args {
		goods, text, bundled := strings.Cut(a.Text, "=")
		if !bundled {
			text = a.Text
		}
		if text == "now" && !bundled && len(args) == 1 {
			o.now = true
			continue
		}
		amount, err := money.Parse(text)
		if err != nil {
			return o, &mistake{col: a.Col, width: len([]rune(a.Text)), reason: fmt.Sprintf("%q is no offer", a.Text), hint: "such as 12.50, room+hall=50 or now"}
		}
		if bundled {
			o.bundles = append(o.bundles, bundle{strings.Split(goods, "+"), amount})
		} else {
			o.amounts = append(o.amounts, amount)
		}
	}
	return o, nil
}

func checkOffers(_ *Script, c *Command) []mistake {
	if _, bad := parseOffers(c.Args[2:]); bad != nil {
		return []mistake{*bad}
	}
	return nil
}

func bid(e *engine, c *Command) (string, error) {
	id, who := c.Args[0].Text, c.Args[1].Text
	o, _ := parseOffers(c.Args[2:])
	return "", e.trade(id, func(ctx context.Context, x *market.Exchange, key string) error {
		a, err := x.Get(ctx, id)
		if err != nil {
			return err
		}
		in := auction.Bid{Key: key, Bidder: who, Asset: a.Spec.Currency, BuyNow: o.now}
		switch {
		case a.Spec.Kind == auction.Uniform:
			in.Values = o.amounts
		case len(o.amounts) > 0:
			in.Amount = o.amounts[0]
		}
		for _, b := range o.bundles {
			one := auction.Bundle{Price: b.price, Group: auction.NoGroup}
			for _, name := range b.goods {
				at := slices.Index(a.Spec.Goods, money.Asset(name))
				if at < 0 {
					return fmt.Errorf("auction %s does not sell %q", id, name)
				}
				one.Goods = append(one.Goods, at)
			}
			in.Bundles = append(in.Bundles, one)
		}
		_, err = x.Bid(ctx, id, in)
		return err
	})
}

func take(e *engine, c *Command) (string, error) {
	id, pieces := c.Args[0].Text, 1
	if len(c.Args) > 2 {
		pieces, _ = strconv.Atoi(c.Args[2].Text)
	}
	return "", e.trade(id, func(ctx context.Context, x *market.Exchange, key string) error {
		a, err := x.Get(ctx, id)
		if err != nil {
			return err
		}
		_, err = x.Accept(ctx, id, auction.Accept{
			Key: key, Bidder: c.Args[1].Text, Asset: a.Spec.Currency, Quantity: int64(pieces), Seen: a.View.Tick, Limit: a.Spec.Dutch.Start,
		})
		return err
	})
}

// auctionOrders are what an operator does.
var auctionOrders = map[string]func(ctx context.Context, x *market.Exchange, id string) error{
	"open": func(ctx context.Context, x *market.Exchange, id string) error { _, err := x.Open(ctx, id); return err },
	"suspend": func(ctx context.Context, x *market.Exchange, id string) error {
		_, err := x.Suspend(ctx, id, "scenario")
		return err
	},
	"resume": func(ctx context.Context, x *market.Exchange, id string) error {
		_, err := x.Resume(ctx, id, 0)
		return err
	},
	"cancel": func(ctx context.Context, x *market.Exchange, id string) error {
		_, err := x.Cancel(ctx, id, auction.Cancel{Operator: true, Reason: "scenario"})
		return err
	},
}

func checkOrder(_ *Script, c *Command) []mistake {
	a := c.Args[1]
	if auctionOrders[a.Text] != nil {
		return nil
	}
	return []mistake{{col: a.Col, width: len([]rune(a.Text)), reason: fmt.Sprintf("%q is no order", a.Text), hint: "one of: open, suspend, resume, cancel"}}
}

func orderAuction(e *engine, c *Command) (string, error) {
	return "", e.trade(c.Args[0].Text, func(ctx context.Context, x *market.Exchange, _ string) error {
		return auctionOrders[c.Args[1].Text](ctx, x, c.Args[0].Text)
	})
}

// closing waits until an auction is over.
func closing(e *engine, id string) error {
	if e.node == nil {
		return errNotStarted
	}
	x := e.node.Exchange()
	if x == nil {
		return errNoMarket
	}
	over := func() bool {
		a, ok := x.Peek(id)
		return ok && a.View.State.Terminal()
	}
	if !e.sim.Until(48*time.Hour, over) {
		return unmet("auction %s is not over after two days", id)
	}
	return nil
}

// marketSubjects are what can be expected of markets.
func marketSubjects() []subject {
	return []subject{
		{"auction", "auction NAME", "the state of an auction: draft, scheduled, open, revealing, closing, decided, suspended, settled, no_sale, cancelled or failed", 1, 1, ofAuction(func(a market.Auction) string {
			return strings.ReplaceAll(a.View.State.String(), " ", "_")
		})},
		{"winners", "winners AUCTION", "who has won an auction, with + between them; none if nobody has", 1, 1, ofAuction(func(a market.Auction) string {
			var all []string
			if a.View.Outcome != nil {
				for _, w := range a.View.Outcome.Awards {
					all = append(all, market.AgentOf(w.Bidder))
				}
			}
			if len(all) == 0 {
				return "none"
			}
			return strings.Join(all, "+")
		})},
		{"price", "price AUCTION", "what all winners of an auction pay together or, before the decision, the price that stands", 1, 1, ofAuction(func(a market.Auction) string {
			if a.View.Outcome == nil {
				return money.Format(a.View.Price)
			}
			sum := money.Amount(0)
			for _, w := range a.View.Outcome.Awards {
				sum += w.Amount
			}
			return money.Format(sum)
		})},
		{"money", "money OWNER [CURRENCY]", "what an owner has at its disposal of a currency, credit if none is named", 1, 2, func(e *engine, args []Arg) (string, error) {
			of := "credit"
			if len(args) > 1 {
				of = args[1].Text
			}
			a, err := e.balance(args[0].Text, of)
			return money.Format(a), err
		}},
		{"cost", "cost OWNER AGENT", "what an agent's tasks have cost who paid for them", 2, 2, func(e *engine, args []Arg) (string, error) {
			if e.node == nil || e.node.Costs() == nil {
				return "", errNoMarket
			}
			sum := money.Amount(0)
			err := e.insist(func() error {
				rows, _, err := e.node.Costs().Rollups(e.ctx, cost.ByAgent)
				for _, r := range rows {
					if r.Name == args[0].Text+"/"+args[1].Text {
						sum = r.Cost
					}
				}
				return err
			})
			return money.Format(sum), err
		}},
		{"goods", "goods OWNER GOOD", "how many pieces of a good an owner has at its disposal", 2, 2, func(e *engine, args []Arg) (string, error) {
			a, err := e.balance(args[0].Text, args[1].Text)
			return strconv.FormatInt(int64(a), 10), err
		}},
		{"held", "held", "how many holds there are, of everybody and for everything", 0, 0, func(e *engine, _ []Arg) (string, error) {
			l, err := e.ledger()
			if err != nil {
				return "", err
			}
			_, all, err := l.Balances()
			n := 0
			for slot := range all { // counted in no order
				if strings.Contains(string(slot.Account), "/held/") {
					n++
				}
			}
			return strconv.Itoa(n), err
		}},
		{"books", "books", "balanced, if an audit of the ledger finds nothing wrong; otherwise what is", 0, 0, func(e *engine, _ []Arg) (string, error) {
			l, err := e.ledger()
			if err != nil {
				return "", err
			}
			if _, err := l.Verify(e.ctx); err != nil {
				return err.Error(), nil //nolint:nilerr // what is wrong is the answer
			}
			return "balanced", nil
		}},
	}
}

func ofAuction(show func(market.Auction) string) func(e *engine, args []Arg) (string, error) {
	return func(e *engine, args []Arg) (string, error) {
		if e.node == nil {
			return "", errNotStarted
		}
		x := e.node.Exchange()
		if x == nil {
			return "", errNoMarket
		}
		a, err := x.Get(e.ctx, args[0].Text)
		if err != nil {
			return "", err
		}
		return show(a), nil
	}
}

func (e *engine) ledger() (*market.Ledger, error) {
	if e.node == nil {
		return nil, errNotStarted
	}
	if e.node.Ledger() == nil {
		return nil, errNoMarket
	}
	return e.node.Ledger(), nil
}

func (e *engine) balance(owner, of string) (money.Amount, error) {
	l, err := e.ledger()
	if err != nil {
		return 0, err
	}
	at := ledger.Available(owner)
	if owner == string(ledger.Fees) || owner == string(ledger.Penalty) {
		at = ledger.Account(owner)
	}
	return l.Balance(at, money.Asset(of))
}
