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

// Solver makes a solver with the limits of each solve.
func Solver(limits wdp.Options) auction.Solver {
	return func(p auction.Problem) (auction.Answer, error) { return solve(p, limits) }
}

// Harder makes a solver whose limits were doubled some times, and which stops when stop says true. The budgets that limits leave open are the
// solver's own.
func Harder(limits wdp.Options) func(doubled int, stop func() bool) auction.Solver {
	return func(doubled int, stop func() bool) auction.Solver {
		l := limits
		l.Nodes, l.Pivots = twice(l.Nodes, wdp.DefaultNodes, doubled), twice(l.Pivots, wdp.DefaultPivots, doubled)
		if own := limits.Stop; own != nil {
			l.Stop = func() bool { return own() || stop() }
		} else {
			l.Stop = stop
		}
		return Solver(l)
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
