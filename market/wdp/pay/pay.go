// SPDX-License-Identifier: Apache-2.0

package pay

import (
	"errors"
	"slices"

	"mabeam.dev/actors/fault"
	"mabeam.dev/market/wdp"
	"mabeam.dev/market/wdp/cert"
)

// ErrNotProven is returned when payments are asked for a result that is not proven to be optimal, or when a solve that they need ran out of
// its budget. Payments from less could exceed what a winner bid.
var ErrNotProven = fault.New(4502, "pay: not proven to be optimal")

// Options are the limits of the solves that payments need. The zero value uses the solver's own.
type Options struct {
	// Solve limits each solve; Start, Proof and Weights are not used.
	Solve wdp.Options
	// Each calls do with 0 to n-1, in any order and perhaps several at once, and returns when all have returned; nil means one after another.
	Each func(n int, do func(i int))
	// Reference is what core payments come near to, one amount for each winner, in the order of the VCG payments; nil means these themselves.
	Reference []int64
}

// Payments are what each winner pays.
type Payments struct {
	// Bidders are the winners, rising.
	Bidders []int
	// Values are what each of them bid for what it gets, Amounts what it pays.
	Values, Amounts []int64
}

// Total returns the sum of the amounts.
func (p Payments) Total() int64 {
	sum := int64(0)
	for _, a := range p.Amounts {
		sum += a
	}
	return sum
}

// values returns the winners of a result with what they bid for what they get.
func values(problem *cert.Problem, result wdp.Result) Payments {
	worth := make([]int64, problem.Bidders)
	for _, w := range result.Winners {
		worth[problem.Bids[w].Bidder] += problem.Bids[w].Price
	}
	var p Payments
	for bidder, v := range worth {
		if v > 0 {
			p.Bidders, p.Values, p.Amounts = append(p.Bidders, bidder), append(p.Values, v), append(p.Amounts, 0)
		}
	}
	return p
}

func (o Options) each(n int, do func(int)) {
	if o.Each != nil {
		o.Each(n, do)
		return
	}
	for i := range n {
		do(i)
	}
}

// solve finds the optimum of a problem, beginning with bids that may win together.
func (o Options) solve(problem *cert.Problem, start []int) (wdp.Result, error) {
	limits := o.Solve
	limits.Start, limits.Proof, limits.Weights = start, false, nil
	r, err := wdp.Solve(problem, limits)
	if err == nil && r.Status != wdp.Optimal {
		err = ErrNotProven
	}
	return r, err
}

// VCG returns what each winner's presence costs the others: p = v − (W − W without it).
func VCG(problem *cert.Problem, result wdp.Result, options Options) (Payments, error) {
	p := values(problem, result)
	if result.Status != wdp.Optimal {
		return p, ErrNotProven
	}
	faults := make([]error, len(p.Bidders))
	options.each(len(p.Bidders), func(i int) {
		var rest int64
		rest, faults[i] = without(problem, result, p.Bidders[i], options)
		p.Amounts[i] = p.Values[i] - (result.Revenue - rest)
	})
	return p, errors.Join(faults...)
}

// without returns the optimum when a bidder stays away.
func without(problem *cert.Problem, result wdp.Result, bidder int, options Options) (int64, error) {
	rest := *problem
	rest.Bids = nil
	var start []int
	for i, b := range problem.Bids {
		if b.Bidder == bidder {
			continue
		}
		if _, won := slices.BinarySearch(result.Winners, i); won {
			start = append(start, len(rest.Bids))
		}
		rest.Bids = append(rest.Bids, b)
	}
	r, err := options.solve(&rest, start)
	return r.Revenue, err
}
