// SPDX-License-Identifier: Apache-2.0

package exact

import (
	"errors"
	"fmt"
	"math"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/wdp"
	"mabeam.dev/market/wdp/cert"
	"mabeam.dev/market/wdp/pay"
)

// Solver makes a solver with the limits of each solve, which are doubled as often as a problem asks for. The budgets that they leave open are the
// solver's own. It stops when the limits or the problem say so.
func Solver(limits wdp.Options) auction.Solver {
	return func(p auction.Problem) (auction.Answer, error) {
		l := limits
		l.Nodes, l.Pivots = twice(l.Nodes, wdp.DefaultNodes, p.Doubled), twice(l.Pivots, wdp.DefaultPivots, p.Doubled)
		if own := limits.Stop; own != nil && p.Stop != nil {
			l.Stop = func() bool { return own() || p.Stop() }
		} else if own == nil {
			l.Stop = p.Stop
		}
		return solve(p, l)
	}
}

// twice doubles a budget some times; one without limit stays so.
func twice(budget, usual int64, times int) int64 {
	if budget == 0 {
		budget = usual
	}
	for range times {
		if budget > 0 && budget <= math.MaxInt64/2 {
			budget *= 2
		}
	}
	return budget
}

func solve(p auction.Problem, limits wdp.Options) (auction.Answer, error) {
	problem := &cert.Problem{Goods: p.Goods, Bidders: p.Bidders}
	for _, o := range p.Offers {
		problem.Bids = append(problem.Bids, cert.Bid{Bidder: o.Bidder, Group: o.Group, Price: o.Value, Goods: o.Goods})
	}
	r, err := wdp.Solve(problem, limits)
	if err != nil {
		return auction.Answer{}, err
	}
	a := auction.Answer{Winners: r.Winners, Revenue: r.Revenue, Bound: r.Bound, Proven: r.Status == wdp.Optimal}
	if !a.Proven || p.Payment == auction.PayAsBid {
		return a, nil
	}
	options := pay.Options{Solve: limits}
	payments, err := pay.VCG(problem, r, options)
	if err == nil && p.Payment == auction.Core {
		payments, err = pay.Core(problem, r, payments, options)
	}
	if errors.Is(err, pay.ErrNotProven) {
		err = fmt.Errorf("%w: %w", auction.ErrNotProven, err)
	}
	if err != nil {
		return auction.Answer{}, err
	}
	a.Payments = make([]int64, p.Bidders)
	for i, b := range payments.Bidders {
		a.Payments[b] = payments.Amounts[i]
	}
	return a, nil
}
