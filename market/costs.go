// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"errors"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/market/cost"
	"mabeam.dev/market/money"
)

// CostsOptions set up a process of costs and budgets. Name, Stream and Journal must be set.
type CostsOptions struct {
	// Name is the process's name.
	Name string
	// Stream is where its commands are.
	Stream  string
	Journal Journal
	// Alerts are the rules of budget alerts. They are part of the state: with other rules than before, a restart may tell again what was told.
	Alerts cost.AlertRules
	// Tick is how often expired reservations and alerts are looked after; 0 means 1 s.
	Tick time.Duration
}

// Costs is the handle of the one process that records usage, charges it and keeps budgets. It outlives restarts of the process and may be used
// from any goroutine. Alerts are events: [BudgetAlerted].
type Costs struct {
	*desk[costsCommand, costsAnswer]
}

// costsCommand is a command of the book, or a question about it.
type costsCommand struct {
	do  *cost.Command
	ask func(*cost.Book, time.Time) costsAnswer // pure
}

type costsAnswer struct {
	result   cost.Result
	budgets  []cost.Budget
	rollups  []cost.Rollup
	total    money.Amount
	forecast cost.Forecast
	err      error
}

// NewCosts makes the handle, or returns what is missing. The process is started with Start, or by a supervisor from Behavior and
// ProcessOptions.
func NewCosts(o CostsOptions) (*Costs, error) {
	if o.Tick <= 0 {
		o.Tick = time.Second
	}
	d := deskOptions{name: o.Name, stream: o.Stream, family: "market.costs", journal: o.Journal, ticks: o.Tick}
	if err := d.validate(); err != nil {
		return nil, err
	}
	return &Costs{newDesk(d, func() keeper[costsCommand, costsAnswer] { return &costsKeeper{name: o.Name, rules: o.Alerts} })}, nil
}

// Do carries out a command and returns when it is durable; its time is that of the process, whatever it says. Errors are those of
// cost.Book.Apply, and ErrUnavailable, after which the same command is to be done again.
func (c *Costs) Do(ctx context.Context, do cost.Command) (cost.Result, error) {
	a, err := c.ask(ctx, costsCommand{do: &do})
	return a.result, err
}

// DoCost is Costs.Do for a process that must not block: the outcome becomes the message that then makes, in one of its next turns.
func DoCost[N any](c *actors.Context[N], costs *Costs, do cost.Command, then func(cost.Result, error) N) {
	request(c, costs.desk, costsCommand{do: &do}, func(a costsAnswer, err error) N { return then(a.result, err) })
}

// Record charges a usage; one that was recorded before has Already in its result.
func (c *Costs) Record(ctx context.Context, u cost.Usage) (cost.Result, error) {
	return c.Do(ctx, cost.Command{Usage: &u})
}

// RecordPaid is Record for a usage that has its price already, because it was bought: the cost is the amount, whatever its quantity says. What is bought
// has kinds of its own, each with the price of one for one.
func (c *Costs) RecordPaid(ctx context.Context, u cost.Usage, amount money.Amount) (cost.Result, error) {
	u.Quantity = int64(amount)
	r, err := c.Record(ctx, u)
	if !errors.Is(err, cost.ErrNoPrice) {
		return r, err
	}
	if _, err := c.Do(ctx, cost.Command{Price: &cost.Price{Kind: u.Kind, Amount: 1, Per: 1}}); err != nil {
		return cost.Result{}, err
	}
	return c.Record(ctx, u)
}

// Reserve sets an amount aside at every node of a path, or nowhere: then the error is a *cost.BudgetError.
func (c *Costs) Reserve(ctx context.Context, r cost.Reserve) (cost.Result, error) {
	return c.Do(ctx, cost.Command{Reserve: &r})
}

// Commit ends a reservation with what was spent.
func (c *Costs) Commit(ctx context.Context, id string, actual money.Amount) (cost.Result, error) {
	return c.Do(ctx, cost.Command{Commit: &cost.Commit{ID: id, Actual: actual}})
}

// Release ends a reservation.
func (c *Costs) Release(ctx context.Context, id string) error {
	_, err := c.Do(ctx, cost.Command{Release: id})
	return err
}

// question asks something of the book in its turn: everything in the answer is durable.
func (c *Costs) question(ctx context.Context, ask func(*cost.Book, time.Time) costsAnswer) (costsAnswer, error) {
	a, err := c.ask(ctx, costsCommand{ask: ask})
	if err == nil {
		err = a.err
	}
	return a, err
}

// Budgets returns the budgets at a path and below it, in order; all of them if it is empty.
func (c *Costs) Budgets(ctx context.Context, below string) ([]cost.Budget, error) {
	a, err := c.question(ctx, func(b *cost.Book, _ time.Time) costsAnswer { return costsAnswer{budgets: b.Budgets(below)} })
	return a.budgets, err
}

// Rollups returns the costs by a dimension, and their total.
func (c *Costs) Rollups(ctx context.Context, by cost.Dimension) ([]cost.Rollup, money.Amount, error) {
	a, err := c.question(ctx, func(b *cost.Book, _ time.Time) costsAnswer {
		return costsAnswer{rollups: b.Rollups(by), total: b.Total()}
	})
	return a.rollups, a.total, err
}

// Forecast looks ahead at the spending of a node.
func (c *Costs) Forecast(ctx context.Context, path string) (cost.Forecast, error) {
	a, err := c.question(ctx, func(b *cost.Book, now time.Time) costsAnswer {
		f, err := b.Forecast(path, now)
		return costsAnswer{forecast: f, err: err}
	})
	return a.forecast, err
}
