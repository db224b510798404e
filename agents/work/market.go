// SPDX-License-Identifier: Apache-2.0

package work

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/bidding"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/market/money"
)

// Procurer holds the auctions for a queue's tasks and keeps the money that is paid for them. Both methods are called again, with the same call or deal, when a crash
// has hidden their answer: they then go on with what was begun. They may be called from many goroutines.
type Procurer interface {
	// Procure gives the tasks of a call to the best offers, sets what they are paid aside, and returns who won. The same call has the same award for ever.
	// Whatever ends a call without a winner is an Award with its cause. An error means that the outcome is open, and the call is repeated after a pause.
	Procure(ctx context.Context, c Call) (Award, error)
	// Settle pays the agent of a deal, or gives the money back, as the verdict says; once, however often it is called. After an error it is repeated.
	Settle(ctx context.Context, d Deal) error
}

// Terms are what every call of a queue says.
type Terms struct {
	// Currency is what is bid and paid in.
	Currency money.Asset
	// Ceiling is the most that is paid for a task; above 0.
	Ceiling money.Amount
	// Within is how long agents' own programs have to make their bids; 0 means 2 s.
	Within time.Duration
}

// Market is how a queue with the policy plan.Auction comes to its awards.
type Market struct {
	Procurer Procurer
	Terms    Terms
	// Bidder says how an agent bids. It is called in the queue's turn and must not wait. A Bidder with neither policy nor program passes.
	Bidder func(s agents.Spec) Bidder
}

// Bidder is how one agent bids.
type Bidder struct {
	// Policy makes its offers.
	Policy bidding.Policy
	// Ask, if it is set, makes the message that asks the agent itself instead. How the agent stands is for what it falls back on.
	Ask func(r bidding.Request, s bidding.Standing, reply actors.Reply[bidding.Offer]) agents.Message
}

// within is Terms.Within with its default.
func (t Terms) within() time.Duration {
	if t.Within <= 0 {
		return 2 * time.Second
	}
	return t.Within
}

func (m *Market) validate(queue string) error {
	bad := func(why string) error { return fmt.Errorf("work: queue %q: policy %q: %s", queue, plan.Auction, why) }
	if m == nil {
		return bad("there is no market")
	}
	var all []error
	if m.Procurer == nil {
		all = append(all, bad("nobody holds the auctions"))
	}
	if m.Bidder == nil {
		all = append(all, bad("nobody says how agents bid"))
	}
	if m.Terms.Ceiling <= 0 {
		all = append(all, bad("there is no ceiling above 0"))
	}
	if err := m.Terms.Currency.Validate(); err != nil {
		all = append(all, fmt.Errorf("work: queue %q: currency: %w", queue, err))
	}
	return errors.Join(all...)
}

// Call is one call for bids.
type Call struct {
	// ID names it for ever: the queue and the number of its first task.
	ID string
	// Queue is the name of the queue, and Number the place of the first task; the others follow. A place names a deal.
	Queue  string
	Number plan.Token
	Terms  Terms
	// Tasks that are over by now have no ID.
	Tasks []bidding.Task
	// Bids are those of the invited, by id; who passes is there without bundles.
	Bids []Bid
	// At is when it was made first, and Again says that it was begun by an earlier life of the queue.
	At    time.Time
	Again bool
}

// Bid is the offer of an invited agent.
type Bid struct {
	Agent string
	// Slots is how many tasks it may win.
	Slots int
	Offer bidding.Offer
}

// Deal is the name of what is won at a place of the call.
func (c Call) Deal(task int) string { return dealID(c.Queue, c.Number+plan.Token(task)) }

func dealID(queue string, place plan.Token) string { return fmt.Sprintf("%s.%d", queue, place) }

// Award is what came of a call.
type Award struct {
	// Winners have at most one for each task, and no more for an agent than it has slots.
	Winners []Winner
	// Cause and Reason are of the tasks that nobody won.
	Cause  plan.NoAward
	Reason string
}

// Winner is who won a task.
type Winner struct {
	Task  int // place in Call.Tasks
	Agent string
	Price money.Amount
}

func (a Award) command(call plan.Token) plan.Award {
	c := plan.Award{Call: call, Cause: a.Cause, Reason: tidy(a.Reason)}
	for _, w := range a.Winners {
		c.Winners = append(c.Winners, plan.Winner{Task: w.Task, Agent: w.Agent, Price: int64(w.Price)})
	}
	return c
}

// Deal is what an agent won, when it is over.
type Deal struct {
	// ID is that of Call.Deal.
	ID    string
	Queue string
	// Task and Kind are those of the task; Kind is empty when the task was over before.
	Task, Kind string
	Agent      string
	Currency   money.Asset
	Price      money.Amount
	Verdict    plan.Verdict
	// Started and Ended are those of the attempt.
	Started, Ended time.Time
}
