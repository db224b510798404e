// SPDX-License-Identifier: Apache-2.0

package node

import (
	"mabeam.dev/actors"
	"mabeam.dev/events"
	"mabeam.dev/internal/node/marketlog"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/market"
	"mabeam.dev/market/auction/exact"
	"mabeam.dev/market/wdp"
	"mabeam.dev/supervision"
)

// marketplace is what the services of markets leave for each other. Without a section market in the config everything in it is nil.
type marketplace struct {
	trading  trading
	ledger   *market.Ledger
	costs    *market.Costs
	exchange *market.Exchange
	opening  *opening
	stuck    stuckHolds
}

// marketTypes lets the journal take the events of markets, which have a form of their own.
func marketTypes(c *events.Catalog) { c.Untyped("market.") }

// Ledger returns the node's ledger; nil if the node runs no market.
func (n *Node) Ledger() *market.Ledger { return n.market.ledger }

// Exchange returns the node's auctions; nil if the node runs no market.
func (n *Node) Exchange() *market.Exchange { return n.market.exchange }

// ledgerService keeps the books of the node's market.
var ledgerService = service{
	Service: phase.Service{
		Name: "ledger", Phase: phase.Economy, Loss: phase.Alone, After: []string{"journal"},
		Without: "Nothing is held, paid or refunded: bids wait or fail, auctions assume nothing, and balances are what they were.",
	},
	make: func(n *Node) ([]supervision.Child, error) {
		if n.o.Config.Market == nil {
			return nil, nil
		}
		log := marketlog.New(n.journal)
		l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: "market/ledger", Journal: log, Snapshots: log})
		if err != nil {
			return nil, err
		}
		n.market.ledger = l
		return []supervision.Child{supervision.Worker(l.Name(), l.Behavior, l.ProcessOptions()...)}, nil
	},
}

// Costs returns what tasks that were bought have cost, and the budgets of those who pay; nil if the node runs no market.
func (n *Node) Costs() *market.Costs { return n.market.costs }

// costsService keeps what things have cost.
var costsService = service{
	Service: phase.Service{
		Name: "costs", Phase: phase.Economy, Loss: phase.Alone, After: []string{"journal"},
		Without: "What tasks cost is recorded when it is back; they are done and paid meanwhile, and budgets count nothing new.",
	},
	make: func(n *Node) ([]supervision.Child, error) {
		if n.o.Config.Market == nil {
			return nil, nil
		}
		c, err := market.NewCosts(market.CostsOptions{Name: "costs", Stream: "market/costs", Journal: marketlog.New(n.journal)})
		if err != nil {
			return nil, err
		}
		n.market.costs = c
		return []supervision.Child{supervision.Worker(c.Name(), c.Behavior, c.ProcessOptions()...)}, nil
	},
}

// exchangeService holds the auctions of the node's market.
var exchangeService = service{
	Service: phase.Service{
		Name: "exchange", Phase: phase.Economy, Loss: phase.Alone, After: []string{"ledger"},
		Without: "No auction is created, and none takes bids; what is held stays held. When it is back each goes on from its journal.",
	},
	make: func(n *Node) ([]supervision.Child, error) {
		c := n.o.Config.Market
		if c == nil {
			return nil, nil
		}
		log := marketlog.New(n.journal)
		o := market.ExchangeOptions{
			Name: "exchange", Stream: "market/exchange", Journal: log, Snapshots: log, Ledger: n.market.ledger, Solver: exact.Solver(wdp.Options{}),
			Restarts: supervision.Intensity{Max: c.Restarts, Within: c.Period}, Keep: c.Keep,
		}
		for _, p := range c.Parties {
			o.Parties = append(o.Parties, p.Owners)
		}
		if c.BidLimit != nil {
			rate := c.BidLimit.Rate()
			o.BidLimit = &rate
		}
		x, err := market.NewExchange(o)
		if err != nil {
			return nil, err
		}
		n.market.exchange = x
		return []supervision.Child{x.Child()}, nil
	},
}

// openingService brings in what the config says that there is at the beginning.
var openingService = service{
	Service: phase.Service{
		Name: "opening", Phase: phase.Economy, Need: phase.Optional, Loss: phase.Alone, After: []string{"exchange", "books"},
		Without: "Accounts and auctions of the config that are not there yet do not come; what is there goes on.",
	},
	make: func(n *Node) ([]supervision.Child, error) {
		if n.o.Config.Market == nil {
			return nil, nil
		}
		n.market.opening = &opening{n: n}
		return []supervision.Child{supervision.Worker("opening", func() actors.Behavior[openingStep] { return &opener{o: n.market.opening} }, actors.Kind("market.opening"))}, nil
	},
	health: func(n *Node) string {
		if n.market.opening == nil {
			return ""
		}
		return n.market.opening.problem()
	},
}
