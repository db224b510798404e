// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
	"mabeam.dev/market/reputation"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// TrustOptions set up the process that ranks by trust. Name, Stakes and Deals must be set.
type TrustOptions struct {
	// Name is the process's name.
	Name string
	// Stakes anchor trust, and Deals are what it follows.
	Stakes *Stakes
	Deals  *Deals
	// Every is the time between two rankings; 0 means a minute.
	Every time.Duration
	// MinAge is how long stake has been locked before it counts; 0 means a day, below 0 none.
	MinAge time.Duration
	// Cap is the most that one owner's stake counts for; 0 is no cap.
	Cap money.Amount
	// Owners merges identities, nil for none; it is asked before each ranking.
	Owners func() map[reputation.Agent]reputation.Agent
}

// TrustRanked is the event: trust was computed anew.
type TrustRanked struct {
	Process string // that did it
	Owners  int    // that have any
	Edges   int    // deals that were followed
	Steps   int    // of the walk
	Err     error  // why there is no trust: reputation.ErrNoStake where nobody has stake that counts
}

// EventName returns "market.trust_ranked".
func (TrustRanked) EventName() string { return "market.trust_ranked" }

// Trust is the handle of the process that ranks everybody by trust from time to time, on a snapshot of stakes and of deals that satisfied. A ranking is
// made of what is durable elsewhere; the process keeps nothing, and after a restart it ranks again. It may be used from any goroutine.
type Trust struct {
	o    TrustOptions
	seen atomic.Pointer[reputation.Trust]
}

// NewTrust makes the handle, or returns everything that is missing. A supervisor starts the process from Child.
func NewTrust(o TrustOptions) (*Trust, error) {
	var problems []error
	need := func(missing bool, what string) {
		if missing {
			problems = append(problems, fmt.Errorf("market: trust %q: no %s", o.Name, what))
		}
	}
	need(o.Name == "", "name")
	need(o.Stakes == nil, "stakes")
	need(o.Deals == nil, "deals")
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	if o.Every <= 0 {
		o.Every = time.Minute
	}
	if o.MinAge == 0 {
		o.MinAge = 24 * time.Hour
	}
	o.MinAge = max(o.MinAge, 0)
	return &Trust{o: o}, nil
}

// Child describes the process.
func (t *Trust) Child() supervision.Child {
	return supervision.Worker(t.o.Name, func() actors.Behavior[trustMessage] { return &trustActor{t: t} }, actors.Kind("market.trust"))
}

// Seen returns the last ranking, or ErrUnavailable if there is none: before the first, and while nobody has stake that counts.
func (t *Trust) Seen() (*reputation.Trust, error) {
	if r := t.seen.Load(); r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("market: trust %q: no ranking: %w", t.o.Name, ErrUnavailable)
}

// trustMessage says that it is time, or carries what was computed.
type trustMessage struct {
	ranked *reputation.Trust
	told   *TrustRanked
}

// trustActor is one incarnation; it has no state but that it computes.
type trustActor struct {
	t    *Trust
	busy bool
}

// Init ranks at once, and then from time to time.
func (a *trustActor) Init(ctx *actors.Context[trustMessage]) error {
	ctx.Every(a.t.o.Every, trustMessage{})
	ctx.Self().Tell(trustMessage{})
	return nil
}

// Receive ranks beside the process, and publishes what came of it.
func (a *trustActor) Receive(ctx *actors.Context[trustMessage], m trustMessage) error {
	if m.told != nil {
		a.busy = false
		a.t.seen.Store(m.ranked)
		m.told.Process = a.t.o.Name
		telemetry.Emit(ctx.Events(), *m.told)
		return nil
	}
	if a.busy {
		return nil
	}
	limit, stop := ctx.WithTimeout(a.t.o.Every)
	defer stop()
	network, err := a.network(limit)
	if err != nil {
		return nil //nolint:nilerr // somebody is down: the last ranking stands until the next time
	}
	network.Now = ctx.Now()
	a.busy = true
	ctx.Go(func(context.Context) trustMessage { // it computes, and is bounded by the number of its steps; an ordered stop waits for it
		ranked, err := network.Rank()
		told := &TrustRanked{Edges: len(network.Edges), Err: err}
		if err == nil {
			told.Owners, told.Steps = len(ranked.Ranking()), ranked.Steps()
		}
		return trustMessage{ranked, told}
	})
	return nil
}

// network is a snapshot of stakes and of deals.
func (a *trustActor) network(ctx context.Context) (*reputation.Network, error) {
	stakes, err := a.t.o.Stakes.anchors(ctx, a.t.o.MinAge)
	if err != nil {
		return nil, err
	}
	deals, err := a.t.o.Deals.question(ctx, func(c *dealCore) (dealAnswer, error) {
		return dealAnswer{deals: c.deals(func(d *listing.Deal) bool { return d.State == listing.Paid })}, nil
	})
	if err != nil {
		return nil, err
	}
	n := &reputation.Network{Cap: a.t.o.Cap}
	for _, s := range stakes { // they have the age already
		n.Stakes = append(n.Stakes, reputation.Stake{Agent: reputation.Agent(s.owner), Amount: s.amount})
	}
	for _, d := range deals.deals {
		n.Edges = append(n.Edges, reputation.Edge{From: reputation.Agent(d.Buyer), To: reputation.Agent(d.Provider), Value: float64(d.Price)})
	}
	if a.t.o.Owners != nil {
		n.Owners = a.t.o.Owners()
	}
	return n, nil
}
