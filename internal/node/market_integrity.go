// SPDX-License-Identifier: Apache-2.0

package node

import (
	"mabeam.dev/internal/admin"
	"mabeam.dev/internal/node/marketlog"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/market"
	"mabeam.dev/supervision"
)

// Integrity returns the monitors of the node's market; nil if nobody looks.
func (n *Node) Integrity() *market.Integrity { return n.dealings.integrity }

// Security returns the brake of the node's market; nil if it has none.
func (n *Node) Security() *market.Security { return n.dealings.security }

// integrityService watches the node's market.
var integrityService = service{
	Service: phase.Service{
		Name: "integrity", Phase: phase.Economy, Need: phase.Optional, Loss: phase.Alone, After: []string{"exchange", "deals", "books"},
		Without: "Nobody looks for abuse, and the brake stays as it is; markets go on. When the monitors are back they read everything that happened meanwhile.",
	},
	make: func(n *Node) ([]supervision.Child, error) {
		c := n.o.Config.Market
		if c == nil || c.Integrity == nil {
			return nil, nil
		}
		log, d := marketlog.New(n.journal), &n.dealings
		o := market.IntegrityOptions{
			Name: "integrity", Stream: "market/integrity", Journal: log, Snapshots: log, Stakes: d.stakes, Throttle: c.Integrity.Throttle,
			Rules:   market.IntegrityRules{Window: c.Integrity.Window, Every: c.Integrity.Every},
			Sources: []func() market.Source{func() market.Source { return market.Auctions(n.market.exchange) }, func() market.Source { return market.Payments(n.market.ledger) }},
		}
		if d.deals != nil {
			o.Sources = append(o.Sources, func() market.Source { return market.Services(d.deals) })
		}
		for _, b := range n.market.trading.books {
			o.Sources = append(o.Sources, func() market.Source { return market.Books(b) })
		}
		if d.stakes != nil { // somebody can decide
			o.Deals, o.Exchange = d.deals, n.market.exchange
		}
		var err error
		if d.integrity, err = market.NewIntegrity(o); err != nil {
			return nil, err
		}
		children := []supervision.Child{d.integrity.Child()}
		if d.deals != nil {
			if d.security, err = market.NewSecurity(market.SecurityOptions{
				Name: "security", Stream: "market/security", Journal: log, Snapshots: log, Deals: d.deals, Exchange: n.market.exchange, Books: n.market.trading.books, Predictions: n.market.trading.predictions,
				Integrity: d.integrity, Levels: c.Integrity.Levels(),
			}); err != nil {
				return nil, err
			}
			children = append(children, d.security.Child())
		}
		return children, nil
	},
}

// court is how deals, cases and rankings are asked over HTTP.
func (n *Node) court() admin.DealsOptions {
	d := &n.dealings
	return admin.DealsOptions{
		Deals: d.deals, Stakes: d.stakes, Reputation: d.reputation, Trust: d.trust, Integrity: d.integrity, Security: d.security, Now: n.sys.Now,
		Token: n.o.Config.Surfaces.Token.Reveal(), Body: int64(n.o.Config.Surfaces.Body),
	}
}
