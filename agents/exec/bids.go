// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/bidding"
	"mabeam.dev/agents/exec/protocol"
)

// Ask asks an agent of this kind for a bid. The program's answer is the offer; whatever else comes of it is an offer without bundles that says why.
type Ask struct {
	agents.Message
	// Request is what is asked.
	Request bidding.Request
	// Otherwise is the answer of an agent whose program has not said that it bids.
	Otherwise bidding.Offer
	// Reply takes the answer, before Request.Within is over.
	Reply actors.Reply[bidding.Offer]
}

// question is an Ask that the program has not answered.
type question struct {
	request bidding.Request
	reply   actors.Reply[bidding.Offer]
}

// ask passes a call for bids on to the program.
func (a *agent) ask(m Ask) {
	if !a.port.Bids() {
		m.Reply.Send(m.Otherwise)
		return
	}
	r := m.Request
	if len(r.Bundles()) == 0 {
		m.Reply.Send(bidding.Offer{Pass: bidding.ErrNoCapacity})
		return
	}
	id, err := a.port.AskBid(tender(r))
	if err != nil {
		m.Reply.Send(bidding.Offer{Pass: err})
		return
	}
	a.asked[id] = question{r, m.Reply}
}

// bid answers a question with what the program asks.
func (a *agent) bid(n protocol.BidMade) {
	if q, open := a.asked[n.ID]; open {
		delete(a.asked, n.ID)
		q.reply.Send(offer(q.request, n.Proposal))
	}
}

// passed answers a question that the program gave no bid for.
func (a *agent) passed(n protocol.BidPassed) {
	if q, open := a.asked[n.ID]; open {
		delete(a.asked, n.ID)
		q.reply.Send(bidding.Offer{Pass: n.Err})
	}
}

// tender is a request as the protocol has it. A tenth of the time is kept for the answer's way back.
func tender(r bidding.Request) protocol.Tender {
	t := protocol.Tender{
		Call: r.Call, Slots: r.Slots, Currency: string(r.Currency), Ceiling: r.Ceiling, Within: max(time.Millisecond, r.Within-r.Within/10),
	}
	for _, task := range r.Tasks {
		t.Tasks = append(t.Tasks, protocol.BidTask{
			ID: task.ID, Kind: task.Kind, Capability: task.Capability, Bytes: task.Bytes, Attempt: task.Attempt,
		})
	}
	return t
}

// offer is a proposal as an offer: a price for each task is one for every set of them that the agent could win. What is above the ceiling is left out.
func offer(r bidding.Request, p protocol.Proposal) bidding.Offer {
	return bidding.UpToCeiling(proposed(p)).Offer(r, bidding.Standing{})
}

// proposed is what a program has proposed, as a policy.
type proposed protocol.Proposal

// Offer returns the bundles of the proposal.
func (p proposed) Offer(r bidding.Request, _ bidding.Standing) bidding.Offer {
	var o bidding.Offer
	for _, b := range p.Bundles {
		o.Bundles = append(o.Bundles, bidding.Bundle{Tasks: b.Tasks, Price: b.Price})
	}
	if p.Each == 0 {
		return o
	}
	for _, tasks := range r.Bundles() {
		total, err := p.Each.Mul(int64(len(tasks)))
		if err != nil {
			return bidding.Offer{Pass: err}
		}
		o.Bundles = append(o.Bundles, bidding.Bundle{Tasks: tasks, Price: total})
	}
	return o
}
