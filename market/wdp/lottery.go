// SPDX-License-Identifier: Apache-2.0

package wdp

import (
	"math/bits"

	"mabeam.dev/market/wdp/cert"
)

// settle draws among sets of winners that pay the same: it solves the problem again with prices that are scaled up and have the weights
// added, too little all together to make up for a unit of price. Weights lose their last bits where the prices leave no room for them.
func settle(problem *cert.Problem, options Options, r *Result) {
	scaled, ok := weighted(problem, options.Weights)
	if !ok {
		return
	}
	options.Start, options.Proof, options.Weights = r.Winners, false, nil
	again := newSolve(scaled, options)
	again.nodes, again.pivots = r.Nodes, r.Pivots
	drawn := again.run()
	r.Nodes, r.Pivots = drawn.Nodes, drawn.Pivots
	if drawn.Status != Optimal {
		return
	}
	r.Winners, r.Settled = drawn.Winners, true
	if r.Proof != nil {
		r.Proof.Winners = drawn.Winners
	}
}

// weighted returns the problem with weights in its prices, or false if there is no room for any.
func weighted(problem *cert.Problem, weights []uint16) (*cert.Problem, bool) {
	total := uint64(0)
	for _, b := range problem.Bids {
		total += uint64(b.Price)
	}
	most := uint64(min(problem.Goods, len(problem.Bids)))
	for drop := range 12 {
		scale := most*(1<<(16-drop)) + 1 // more than all weights of a set of winners
		high, low := bits.Mul64(total+uint64(len(problem.Bids)), scale)
		if high != 0 || low >= 1<<62 {
			continue
		}
		out := *problem
		out.Bids = make([]cert.Bid, len(problem.Bids))
		for i, b := range problem.Bids {
			b.Price *= int64(scale)
			if i < len(weights) {
				b.Price += int64(weights[i] >> drop)
			}
			out.Bids[i] = b
		}
		return &out, true
	}
	return nil, false
}
