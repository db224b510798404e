// SPDX-License-Identifier: Apache-2.0

package work

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/bidding"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/market/money"
	"mabeam.dev/telemetry"
)

// tender is a call whose bids are being collected.
type tender struct {
	call Call
	open map[string]bidding.Request // by agents that were asked and have not answered
}

// tender asks the invited for their bids: policies at once, programs by a message. When the last answer is in, or late, the auction begins.
func (a *queue) tender(ctx *actors.Context[Message], p plan.Procure) {
	m := a.handle.o.Market
	if m == nil { // the config has another policy now, and the journal an open call
		a.step(ctx, plan.Award{Call: p.Call, Cause: plan.CalledOff, Reason: "the queue has no market any more"})
		return
	}
	t := &tender{open: map[string]bidding.Request{}, call: Call{
		ID: dealID(a.handle.o.Name, p.Call), Queue: a.handle.o.Name, Number: p.Call, Terms: m.Terms, At: p.At.Time(), Again: p.Again,
	}}
	for i := range p.Tasks {
		task := bidding.Task{ID: p.Tasks[i].ID, Kind: p.Tasks[i].Kind, Bytes: len(p.Tasks[i].Input), Capability: p.Tasks[i].Capability}
		if v, ok := a.plan.Lookup(task.ID); ok {
			task.Attempt = v.Attempt + 1
		}
		t.call.Tasks = append(t.call.Tasks, task)
	}
	a.tenders[p.Call] = t
	for _, i := range p.Invited {
		a.ask(ctx, t, i)
	}
	a.beginAuction(ctx, t)
}

// ask has one agent bid.
func (a *queue) ask(ctx *actors.Context[Message], t *tender, i plan.Invited) {
	terms, id := t.call.Terms, i.Agent.ID
	r := bidding.Request{
		Call: t.call.ID, Tasks: t.call.Tasks, Slots: i.Slots, Currency: terms.Currency, Ceiling: terms.Ceiling, Within: terms.within(),
	}
	t.call.Bids = append(t.call.Bids, Bid{Agent: id, Slots: i.Slots})
	l := a.lives[i.Agent]
	if l == nil {
		t.answer(id, r, bidding.Offer{}, bidding.ErrUnavailable)
		return
	}
	how := a.handle.o.Market.Bidder(l.spec)
	switch {
	case how.Ask != nil:
		t.open[id] = r
		at := a.standingOf(i, l.spec)
		actors.Request(ctx, l.ref, r.Within, func(reply actors.Reply[bidding.Offer]) agents.Message { return how.Ask(r, at, reply) },
			func(o bidding.Offer, err error) Message { return bid{t.call.Number, id, o, err} })
	case how.Policy != nil:
		t.answer(id, r, how.Policy.Offer(r, a.standingOf(i, l.spec)), nil)
	default:
		t.answer(id, r, bidding.Offer{}, bidding.ErrUnavailable)
	}
}

// standingOf is how an agent stands now.
func (a *queue) standingOf(i plan.Invited, s agents.Spec) bidding.Standing {
	at := bidding.Standing{Slots: s.Slots(), Budget: money.Amount(s.Limits.Budget)}
	if w, ok := a.plan.Worker(i.Agent); ok {
		at.InHand, at.Slots = w.Running, w.Slots
		if w.Ended > 0 {
			at.Latency = w.Latency
		}
	}
	if info, ok := a.handle.o.Directory.Info(s.ID); ok {
		at.Spent = money.Amount(info.Spent)
	}
	return at
}

// answer notes an offer; one that is none counts as a pass.
func (t *tender) answer(agent string, r bidding.Request, o bidding.Offer, err error) {
	delete(t.open, agent)
	if err == nil {
		err = o.Check(r)
	}
	if err != nil {
		o = bidding.Offer{Pass: err}
	}
	i := slices.IndexFunc(t.call.Bids, func(b Bid) bool { return b.Agent == agent })
	t.call.Bids[i].Offer = o
}

// bidCame takes the answer of an agent's own program, or its silence.
func (a *queue) bidCame(ctx *actors.Context[Message], m bid) {
	t := a.tenders[m.call]
	if t == nil {
		return
	}
	r, asked := t.open[m.agent]
	if !asked {
		return
	}
	if m.err != nil {
		m.err = fmt.Errorf("%w: %w", bidding.ErrUnavailable, m.err)
	}
	t.answer(m.agent, r, m.offer, m.err)
	a.beginAuction(ctx, t)
}

// beginAuction hands the call over when all bids are in. It is repeated until its outcome is known.
func (a *queue) beginAuction(ctx *actors.Context[Message], t *tender) {
	if len(t.open) > 0 {
		return
	}
	delete(a.tenders, t.call.Number)
	for _, b := range t.call.Bids {
		if b.Offer.Pass != nil {
			telemetry.Emit(a.bus, BidPassed{Queue: t.call.Queue, Call: uint64(t.call.Number), Agent: b.Agent, Err: b.Offer.Pass})
		}
	}
	if idle := silent(t.call); idle != nil && !t.call.Again { // nobody is to be asked for nothing
		a.step(ctx, idle.command(t.call.Number))
		return
	}
	procurer, c, sys, bus := a.handle.o.Market.Procurer, t.call, ctx.System(), a.bus
	ctx.Go(func(ctx context.Context) Message { // ends with the process, and its answer is the process's next message
		for pause := retryPause; ; pause = min(2*pause, longestPause) {
			award, err := procurer.Procure(ctx, c)
			if err == nil {
				return awarded{c.Number, award}
			}
			telemetry.Emit(bus, ProcurerFailed{Queue: c.Queue, Operation: "procure", Subject: c.ID, Err: err})
			if sys.Sleep(ctx, pause) != nil {
				return nil
			}
		}
	})
}

// longestPause bounds the wait before a procurer is asked again.
const longestPause = 5 * time.Second

// silent is the award of a call in which nobody bids; nil if somebody does.
func silent(c Call) *Award {
	a := &Award{Cause: plan.NoBid}
	var why []string
	for _, b := range c.Bids {
		if b.Offer.Pass == nil {
			return nil
		}
		if errors.Is(b.Offer.Pass, bidding.ErrAboveCeiling) {
			a.Cause = plan.AboveCeiling
		}
		why = append(why, b.Agent+": "+b.Offer.Pass.Error())
	}
	a.Reason = strings.Join(why, "; ")
	return a
}

// settle has a deal paid or undone, and repeats that until it is known to be.
func (a *queue) settle(ctx *actors.Context[Message], d plan.Debt) {
	m := a.handle.o.Market
	if m == nil {
		return // with a market again, the next start settles it
	}
	deal := Deal{
		ID: dealID(a.handle.o.Name, d.Deal), Queue: a.handle.o.Name, Task: d.ID, Kind: d.Kind, Agent: d.Agent.ID, Currency: m.Terms.Currency,
		Price: money.Amount(d.Price), Verdict: d.Verdict, Started: d.Started.Time(), Ended: d.Ended.Time(),
	}
	sys, bus := ctx.System(), a.bus
	ctx.Go(func(ctx context.Context) Message { // as for the auction
		for pause := retryPause; ; pause = min(2*pause, longestPause) {
			err := m.Procurer.Settle(ctx, deal)
			if err == nil {
				return paid{d.Deal}
			}
			telemetry.Emit(bus, ProcurerFailed{Queue: deal.Queue, Operation: "settle", Subject: deal.ID, Err: err})
			if sys.Sleep(ctx, pause) != nil {
				return nil
			}
		}
	})
}
