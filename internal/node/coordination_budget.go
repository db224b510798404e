// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"mabeam.dev/market/cost"
	"mabeam.dev/market/money"
	"mabeam.dev/protocols"
)

// purse keeps the budgets of sessions among the node's costs: below the path "coordination", whose limit the config sets.
type purse struct {
	n       *Node
	limit   cost.Limit
	limited atomic.Bool // the limit is that of the config
}

// abandoned is how long behind the longest session what it has reserved is free again, if nobody has told what it has spent: the node was killed between the
// end of the session and that.
const abandoned = protocols.MaxDeadline + time.Hour

// purse returns the budgeter of the node's sessions; nil on a node without a market, where nobody counts.
func (n *Node) purse() protocols.Budgeter {
	if n.market.costs == nil {
		return nil
	}
	c := n.o.Config.Coordination
	return &purse{n: n, limit: cost.Limit{Path: "coordination", Amount: money.Amount(c.Budget), Window: c.Window, None: c.Budget == 0}}
}

func reservationOf(session protocols.SessionID) string { return "coordination/" + string(session) }

// Reserve sets the budget of a session aside. What is in a node's config counts from the first session on.
func (p *purse) Reserve(ctx context.Context, session protocols.SessionID, amount int64) error {
	if !p.limited.Load() {
		if _, err := p.n.market.costs.Do(ctx, cost.Command{Limit: &p.limit}); err != nil {
			return err
		}
		p.limited.Store(true)
	}
	_, err := p.n.market.costs.Reserve(ctx, cost.Reserve{
		ID: reservationOf(session), Path: "coordination/sessions", Amount: money.Amount(amount), Until: p.n.sys.Now().Add(abandoned),
	})
	return err
}

// Commit books what a session has spent.
func (p *purse) Commit(ctx context.Context, session protocols.SessionID, used int64) error {
	_, err := p.n.market.costs.Commit(ctx, reservationOf(session), money.Amount(used))
	return over(err)
}

// Release gives back what a session has not spent.
func (p *purse) Release(ctx context.Context, session protocols.SessionID) error {
	return over(p.n.market.costs.Release(ctx, reservationOf(session)))
}

// over lets what has ended already be ended again.
func over(err error) error {
	if errors.Is(err, cost.ErrReservationEnded) {
		return nil
	}
	return err
}
