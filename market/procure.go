// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/cost"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/reputation"
)

// ErrNotForTasks is returned for rules by which no tasks can be bought.
var ErrNotForTasks = fault.New(1897, "market: no auction for tasks")

// ProcurerOptions set up who buys the work of agents. System, Exchange and Owner must be set.
type ProcurerOptions struct {
	// System has the clock that is waited by.
	System *actors.System
	// Exchange holds the auctions; its ledger keeps the money.
	Exchange *Exchange
	// Reputation, if it is set, learns how deals end, and weighs bids if Weighted is.
	Reputation *Reputation
	// Costs, if it is set, records what each deal has cost that was paid in CostsIn: of the tenant Owner, the team that is the queue, and the agent, for
	// the task; the kind is PaidTask.
	Costs   *Costs
	CostsIn money.Asset
	// Owner pays, from what is available to it.
	Owner string
	// Kind is the type of the auctions; empty means Vickrey. Tasks that are called together need Uniform, which takes them for equal, or Combinatorial.
	Kind auction.Kind
	// Payment is what winners of bundles are paid; empty means VCG. AcceptGap is auction.CombinatorialRules.AcceptGap; it needs PayAsBid.
	Payment   auction.Payment
	AcceptGap money.Amount
	// Window is how long an auction takes bids, which are there when it opens; 0 means 200 ms. A price clock rises from the ceiling's 32nd part by as
	// much in each 32nd of it.
	Window time.Duration
	// FeePerMillion is the share of what an agent is paid that the market keeps, rounded down.
	FeePerMillion int64
	// Weighted ranks the bids of first-price and Vickrey auctions by reputation.
	Weighted bool
}

// Procurer buys the work of agents for a queue: work.Procurer on an exchange. It is no process and keeps nothing: an auction is known by its call, and
// a payment by its deal, so that whoever asks again after a crash gets the same answer. It may be used from any goroutine.
//
// Agents bid through owners of their own, "escrow:" and the id, which nobody else pays from: what an agent has won goes there with the settlement of the
// auction, and from there to the agent or back to who pays, by one transaction that is named after the deal. So an auction settles once, a deal ends once,
// and what is in escrow is the sum of the deals that are not over.
type Procurer struct {
	o     ProcurerOptions
	known sync.Map // owners whose accounts are open
}

var _ work.Procurer = (*Procurer)(nil)

// NewProcurer makes the handle, or returns everything that is wrong.
func NewProcurer(o ProcurerOptions) (*Procurer, error) {
	if o.Kind == "" {
		o.Kind = auction.Vickrey
	}
	if o.Payment == "" {
		o.Payment = auction.VCG
		if o.AcceptGap > 0 {
			o.Payment = auction.PayAsBid
		}
	}
	if o.Window == 0 {
		o.Window = 200 * time.Millisecond
	}
	var problems []error
	bad := func(wrong bool, what string) {
		if wrong {
			problems = append(problems, fmt.Errorf("market: procurer of %.100q: %s", o.Owner, what))
		}
	}
	bad(o.System == nil, "no system")
	bad(o.Exchange == nil, "no exchange")
	bad(!ledger.Available(o.Owner).Valid(), "its owner can have no account")
	bad(o.Window < 0, "the window is negative")
	bad(o.FeePerMillion < 0 || o.FeePerMillion > million, "the fee is not 0 to 1,000,000 millionths")
	bad(o.Weighted && o.Reputation == nil, "weights need a reputation")
	if o.Kind == auction.GSP {
		problems = append(problems, fmt.Errorf("market: procurer of %.100q: %s auctions sell slots: %w", o.Owner, o.Kind, ErrNotForTasks))
	} else {
		p := Procurer{o: o}
		problems = append(problems, p.spec(work.Call{
			ID: "check", Terms: work.Terms{Currency: "credit", Ceiling: money.Unit}, Tasks: taskless, Bids: []work.Bid{{Agent: "a"}},
		}).Validate())
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return &Procurer{o: o}, nil
}

// Together reports whether tasks may be called together.
func (p *Procurer) Together() bool {
	return p.o.Kind == auction.Uniform || p.o.Kind == auction.Combinatorial
}

// Procure holds the auction of a call, or goes on with it, and returns when it is settled. An auction whose auctioneer crashes again and again is halted
// by the exchange, and waited for until an operator resumes it or calls it off.
func (p *Procurer) Procure(ctx context.Context, c work.Call) (work.Award, error) {
	if !p.Together() && len(c.Tasks) != 1 {
		return work.Award{Cause: plan.CalledOff, Reason: fmt.Sprintf("%d tasks were called together for %s", len(c.Tasks), p.o.Kind)}, nil
	}
	x := p.o.Exchange
	spec := p.spec(c)
	if _, err := x.Create(ctx, spec); err != nil && !errors.Is(err, auction.ErrIdempotencyConflict) { // begun under other terms: those count
		return p.refused(err)
	}
	if err := p.accounts(ctx, c); err != nil {
		return p.refused(err)
	}
	if _, err := x.Open(ctx, spec.ID, p.weights(c)...); err != nil {
		if errors.Is(err, ledger.ErrInsufficientFunds) || errors.Is(err, ledger.ErrUnknownAccount) {
			return p.unfunded(ctx, spec.ID, err)
		}
		if !errors.Is(err, auction.ErrInvalidState) && !errors.Is(err, auction.ErrClosed) && !errors.Is(err, auction.ErrSuspended) {
			return p.refused(err)
		}
	}
	above, err := p.bid(ctx, c, spec)
	if err != nil {
		return work.Award{}, err
	}
	v, err := p.end(ctx, spec.ID)
	if err != nil {
		return work.Award{}, err
	}
	return p.award(c, v, above)
}

// refused is an error that no repetition helps with, as an award; others are errors.
func (p *Procurer) refused(err error) (work.Award, error) {
	if errors.Is(err, auction.ErrInvalidSpec) || errors.Is(err, ledger.ErrInvalidTransaction) {
		return work.Award{Cause: plan.CalledOff, Reason: err.Error()}, nil
	}
	return work.Award{}, err
}

// unfunded calls an auction off that its owner cannot pay for.
func (p *Procurer) unfunded(ctx context.Context, id string, why error) (work.Award, error) {
	_, err := p.o.Exchange.Cancel(ctx, id, auction.Cancel{Operator: true, Reason: "the owner cannot set the ceiling aside"})
	if err != nil && !errors.Is(err, auction.ErrInvalidState) {
		return work.Award{}, err
	}
	return work.Award{Cause: plan.NoFunds, Reason: why.Error()}, nil
}

// award is the outcome of an auction that is over, in terms of the call.
func (p *Procurer) award(c work.Call, v auction.View, above bool) (work.Award, error) {
	a := work.Award{Cause: plan.NoBid}
	switch {
	case v.State == auction.Cancelled || v.State == auction.Failed:
		a.Cause, a.Reason = plan.CalledOff, "the auction was "+v.State.String()
		return a, nil
	case v.Outcome == nil || !v.Outcome.Sold:
		if v.Outcome != nil && v.Outcome.Reason != "" {
			a.Cause, a.Reason = plan.Undecided, v.Outcome.Reason
		} else if above {
			a.Cause = plan.AboveCeiling
		}
		return a, nil
	}
	next := 0 // of equal tasks
	for _, won := range v.Outcome.Awards {
		tasks := won.Goods
		if p.o.Kind != auction.Combinatorial {
			for range won.Units {
				for next < len(c.Tasks) && c.Tasks[next].ID == "" {
					next++
				}
				tasks = append(tasks, min(next, len(c.Tasks)-1))
				next++
			}
		}
		weights := make([]int64, len(tasks))
		for i := range weights {
			weights[i] = 1
		}
		parts, err := money.Split(won.Amount, weights)
		if err != nil {
			return a, err
		}
		for i, task := range tasks {
			a.Winners = append(a.Winners, work.Winner{Task: task, Agent: AgentOf(won.Bidder), Price: parts[i]})
		}
	}
	return a, nil
}

// Settle ends a deal: an agent that has delivered is paid out of escrow, less the fee; otherwise the money goes back to who pays. What the end says of the
// agent is recorded when the money has moved. While the agent is under review (Exchange.HoldBack) it is ErrUnderReview, and the money stays in escrow.
func (p *Procurer) Settle(ctx context.Context, d work.Deal) error {
	m, key := money.Of(d.Price, d.Currency), "deal/"+d.ID
	t := ledger.Transfer(key, escrow(d.Agent), p.o.Owner, m, 0)
	if d.Verdict == plan.Delivered {
		fee, err := money.MulDiv(d.Price, p.o.FeePerMillion, million, money.Down)
		if err != nil {
			return err
		}
		t = ledger.Transfer(key, escrow(d.Agent), d.Agent, m, fee)
	}
	if d.Price > 0 {
		if err := p.free(ctx, d, key); err != nil {
			return err
		}
		if _, err := p.o.Exchange.Ledger().Post(ctx, t); err != nil && !errors.Is(err, ledger.ErrIdempotencyConflict) { // settled under other terms
			return fmt.Errorf("market: settle deal %q: %w", d.ID, err)
		}
	}
	return errors.Join(p.charge(ctx, d, key), p.remember(ctx, d, key))
}

// PaidTask is the kind of the costs of tasks that were bought.
const PaidTask = "task.bought"

// charge records what a deal has cost, once it is paid. What costs cannot take is no cost.
func (p *Procurer) charge(ctx context.Context, d work.Deal, key string) error {
	if p.o.Costs == nil || d.Verdict != plan.Delivered || d.Price == 0 || d.Currency != p.o.CostsIn {
		return nil
	}
	_, err := p.o.Costs.RecordPaid(ctx, cost.Usage{ID: key, At: d.Ended, Tenant: p.o.Owner, Team: d.Queue, Agent: d.Agent, Task: d.Task, Kind: PaidTask}, d.Price)
	if errors.Is(err, cost.ErrInvalid) || errors.Is(err, cost.ErrConflict) || errors.Is(err, cost.ErrTooOld) {
		return nil // it was recorded under other terms, or never will be
	}
	return err
}

// free refuses to pay an agent that is under review, unless it was paid before.
func (p *Procurer) free(ctx context.Context, d work.Deal, key string) error {
	if d.Verdict != plan.Delivered || !p.o.Exchange.UnderReview(d.Agent) {
		return nil
	}
	if paid, err := p.o.Exchange.Ledger().Settled(ctx, key); paid || err != nil {
		return err
	}
	return fmt.Errorf("market: settle deal %q: %.100q: %w", d.ID, d.Agent, ErrUnderReview)
}

// remember records what a deal says of the agent. Nobody is to blame for a void one.
func (p *Procurer) remember(ctx context.Context, d work.Deal, key string) error {
	if p.o.Reputation == nil || d.Verdict == plan.Void || d.Price == 0 {
		return nil
	}
	e := reputation.Deal{
		Transaction: key, Provider: reputation.Agent(d.Agent), Client: reputation.Agent(p.o.Owner), Domain: d.Kind, Value: d.Price, Settled: d.Ended,
	}
	if d.Verdict == plan.Delivered {
		e.Delivered = d.Ended
	} else {
		e.Due = d.Ended
	}
	err := p.o.Reputation.Settle(ctx, e)
	if errors.Is(err, reputation.ErrInvalidEvidence) || errors.Is(err, reputation.ErrNoEvidence) || errors.Is(err, reputation.ErrConflict) {
		return nil // it will never be evidence
	}
	return err
}
