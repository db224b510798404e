// SPDX-License-Identifier: Apache-2.0

package node

import (
	"cmp"
	"fmt"

	"mabeam.dev/agents"
	"mabeam.dev/agents/bidding"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/config"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/money"
)

// procurement is how the policy auction of a queue calls for bids.
func procurement(c config.Queue) plan.Procurement {
	if a := c.Auction; a != nil && c.Policy == config.ByAuction {
		return plan.Procurement{Batch: a.Batch, Rounds: a.Rounds, Fallback: plan.Policy(a.Fallback)}
	}
	return plan.Procurement{}
}

// workMarket connects a queue whose tasks are bid for with the node's auctions; nil for other queues.
func (n *Node) workMarket(c config.Queue) (*work.Market, error) {
	a := c.Auction
	if c.Policy != config.ByAuction || a == nil {
		return nil, nil //nolint:nilnil // no market is no mistake
	}
	if n.market.exchange == nil {
		return nil, fmt.Errorf("node: queue %q: nobody holds auctions without a section market", c.Queue)
	}
	o := market.ProcurerOptions{
		System: n.sys, Exchange: n.market.exchange, Reputation: n.Reputation(), Owner: a.Buyer, Kind: auction.Kind(a.Kind),
		Window: a.Window, FeePerMillion: a.Fee,
	}
	if o.Kind == auction.Combinatorial {
		o.Payment = auction.Payment(a.Payment)
	}
	procurer, err := market.NewProcurer(o)
	if err != nil {
		return nil, err
	}
	rules := map[string]bidding.Policy{}
	if n.o.Config.Tree != nil {
		biddingOf(n.o.Config.Tree.Group, rules)
	}
	return &work.Market{
		Procurer: procurer,
		Terms:    work.Terms{Currency: money.Asset(cmp.Or(a.Currency, n.o.Config.Market.Currency)), Ceiling: a.Ceiling},
		Bidder:   func(s agents.Spec) work.Bidder { return work.Bidder{Policy: rules[s.ID]} },
	}, nil
}

// biddingOf collects the policies of the agents in a group, by their ids.
func biddingOf(g config.Group, into map[string]bidding.Policy) {
	for _, c := range g.Children {
		if c.Kind == config.KindSupervisor {
			biddingOf(c.Group, into)
			continue
		}
		if c.Bidding == nil {
			continue
		}
		for _, id := range c.IDs() {
			into[id] = c.Bidding.Rules().Policy()
		}
	}
}
