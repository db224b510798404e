// SPDX-License-Identifier: Apache-2.0

package node

import (
	"mabeam.dev/internal/node/marketlog"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/market"
	"mabeam.dev/market/money"
	"mabeam.dev/supervision"
)

// dealings is what the services of deals leave for each other; everything that the config does not ask for is nil.
type dealings struct {
	reputation *market.Reputation
	deals      *market.Deals
	stakes     *market.Stakes
	insurance  *market.Insurance
	trust      *market.Trust
	integrity  *market.Integrity
	security   *market.Security
}

// Reputation returns what the node knows of agents by their deals; nil without deals and stakes.
func (n *Node) Reputation() *market.Reputation { return n.dealings.reputation }

// Deals returns the node's marketplace of services; nil if it has none.
func (n *Node) Deals() *market.Deals { return n.dealings.deals }

// Stakes returns what is at stake in the node's market, and the cases about it; nil if nothing is.
func (n *Node) Stakes() *market.Stakes { return n.dealings.stakes }

// Insurance returns the node's insurance pool; nil if it has none.
func (n *Node) Insurance() *market.Insurance { return n.dealings.insurance }

// Trust returns the node's ranking by trust; nil without deals or stakes.
func (n *Node) Trust() *market.Trust { return n.dealings.trust }

// dealsService keeps listings, deals, stakes and what follows from them.
var dealsService = service{
	Service: phase.Service{
		Name: "deals", Phase: phase.Economy, Loss: phase.Alone, After: []string{"ledger"},
		Without: "No deal is made, delivered or paid, and no case decided; what is held and at stake stays so. When they are back, what was on its way is finished.",
	},
	make: func(n *Node) ([]supervision.Child, error) {
		c := n.o.Config.Market
		if c == nil || c.Deals == nil && c.Stakes == nil {
			return nil, nil
		}
		log, currency, d := marketlog.New(n.journal), money.Asset(c.Currency), &n.dealings
		var err error
		if d.reputation, err = market.NewReputation(market.ReputationOptions{Name: "reputation", Stream: "market/reputation", Journal: log, Settlements: n.market.ledger}); err != nil {
			return nil, err
		}
		children := []supervision.Child{d.reputation.Child()}
		if c.Deals != nil {
			if d.deals, err = market.NewDeals(market.DealsOptions{
				Name: "deals", Stream: "market/deals", Journal: log, Snapshots: log, Ledger: n.market.ledger, Rules: c.Deals.Rules(), Asset: currency, Reputation: d.reputation,
			}); err != nil {
				return nil, err
			}
			children = append(children, d.deals.Child())
		}
		if c.Stakes != nil {
			if d.stakes, err = market.NewStakes(market.StakesOptions{
				Name: "stakes", Stream: "market/stakes", Journal: log, Snapshots: log, Ledger: n.market.ledger, Rules: c.Stakes.Rules(), Asset: currency, Reputation: d.reputation,
			}); err != nil {
				return nil, err
			}
			children = append(children, d.stakes.Child())
		}
		if c.Insurance != nil {
			if d.insurance, err = market.NewInsurance(market.InsuranceOptions{
				Name: "insurance", Stream: "market/insurance", Journal: log, Snapshots: log, Ledger: n.market.ledger, Deals: d.deals, Rules: c.Insurance.Rules(), Asset: currency,
			}); err != nil {
				return nil, err
			}
			children = append(children, d.insurance.Child())
		}
		if c.Deals != nil && c.Stakes != nil {
			age := c.Stakes.TrustAge
			if age == 0 {
				age = -1 // none
			}
			if d.trust, err = market.NewTrust(market.TrustOptions{Name: "trust", Stakes: d.stakes, Deals: d.deals, Every: c.Stakes.TrustEvery, MinAge: age}); err != nil {
				return nil, err
			}
			children = append(children, d.trust.Child())
		}
		return children, nil
	},
}
