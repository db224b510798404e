// SPDX-License-Identifier: Apache-2.0

package node

import (
	"cmp"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/bidding"
	"mabeam.dev/agents/exec"
	"mabeam.dev/agents/exec/protocol"
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
		System: n.sys, Exchange: n.market.exchange, Reputation: n.Reputation(), Costs: n.Costs(), CostsIn: money.Asset(n.o.Config.Market.Currency), Owner: a.Buyer, Kind: auction.Kind(a.Kind),
		Window: a.Window, FeePerMillion: a.Fee,
	}
	if o.Kind == auction.Combinatorial {
		o.Payment = auction.Payment(a.Payment)
	}
	procurer, err := market.NewProcurer(o)
	if err != nil {
		return nil, err
	}
	bidders := map[string]work.Bidder{}
	if n.o.Config.Tree != nil {
		biddingOf(n.o.Config.Tree.Group, bidders)
	}
	return &work.Market{
		Procurer: procurer,
		Terms:    work.Terms{Currency: money.Asset(cmp.Or(a.Currency, n.o.Config.Market.Currency)), Ceiling: a.Ceiling, Within: a.Within},
		Bidder:   func(s agents.Spec) work.Bidder { return bidders[s.ID] },
	}, nil
}

// biddingOf collects how the agents in a group bid, by their ids.
func biddingOf(g config.Group, into map[string]work.Bidder) {
	for _, c := range g.Children {
		if c.Kind == config.KindSupervisor {
			biddingOf(c.Group, into)
			continue
		}
		if c.Bidding == nil {
			continue
		}
		for _, id := range c.IDs() {
			into[id] = bidder(*c.Bidding)
		}
	}
}

// bidder is how an agent bids: by its policy, or by its program, with the policy for a program that does not bid.
func bidder(c config.Bidding) work.Bidder {
	var b work.Bidder
	if c.From != config.BidByProgram || c.Priced() {
		b.Policy = c.Rules().Policy()
	}
	if c.From == config.BidByProgram {
		b.Ask = func(r bidding.Request, s bidding.Standing, reply actors.Reply[bidding.Offer]) agents.Message {
			otherwise := bidding.Offer{Pass: protocol.ErrNotBidder}
			if b.Policy != nil {
				otherwise = b.Policy.Offer(r, s)
			}
			return exec.Ask{Request: r, Otherwise: otherwise, Reply: reply}
		}
	}
	return b
}
