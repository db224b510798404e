// SPDX-License-Identifier: Apache-2.0

package exact

import (
	"mabeam.dev/market/auction"
	"mabeam.dev/market/wdp"
	"mabeam.dev/market/wdp/cert"
	"mabeam.dev/market/wdp/pay"
)

// Solver makes a solver with the limits of each solve.
func Solver(limits wdp.Options) auction.Solver {
	return func(p auction.Problem) (auction.Answer, error) { return solve(p, limits) }
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
	if err != nil {
		return auction.Answer{}, err
	}
	a.Payments = make([]int64, p.Bidders)
	for i, b := range payments.Bidders {
		a.Payments[b] = payments.Amounts[i]
	}
	return a, nil
}
