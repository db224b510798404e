// SPDX-License-Identifier: Apache-2.0

package wdp

import (
	"slices"

	"mabeam.dev/market/wdp/cert"
)

// Status says how much is known of an answer.
type Status int

const (
	// Feasible answers may be sold; that no better one exists is not proven.
	Feasible Status = iota
	// Optimal answers are proven to be the best.
	Optimal
)

// String returns the status in one word.
func (s Status) String() string {
	if s == Optimal {
		return "optimal"
	}
	return "feasible"
}

// Options are the limits of one solve. The zero value solves with the default budget and keeps no proof.
type Options struct {
	// Nodes is how many nodes of search trees may be looked at, 64 of those that need no program counting as one; 0 means DefaultNodes, a
	// negative number no limit.
	Nodes int64
	// Pivots is about how many pivots may be made, counted in steps of up to a few hundred; 0 means DefaultPivots, a negative number no limit.
	Pivots int64
	// Stop is asked again and again, about every millisecond; when it says true, the solve ends with what it has. It is how a caller with a
	// clock or a context ends a solve early; nil means never.
	Stop func() bool
	// Proof keeps the proof, for Result.Proof. One of more than 67 million numbers is too large to keep: the solve then ends as if its budget
	// were spent.
	Proof bool
	// Start is a set of bids that may win together, to begin with; what cannot win is left out of it.
	Start []int
	// Weights decide between sets of winners that pay the same: the one with the largest sum of its bids' weights wins. Bids without one have
	// the weight 0; nil means that the search decides, which is always the same way too, but nobody's lottery. Who wants a fair one draws the
	// weights from a seed that nobody could choose.
	Weights []uint16
}

// The budgets of a solve whose options name none.
const (
	DefaultNodes  = 1 << 20
	DefaultPivots = 1 << 21
)

// Result is the answer to a problem.
type Result struct {
	// Status is Optimal only with a proof.
	Status Status
	// Revenue is what the winners pay.
	Revenue int64
	// Bound is proven: no set of bids pays more. It is Revenue exactly when Status is Optimal.
	Bound int64
	// Winners are the winning bids, rising.
	Winners []int
	// Proof is set for optimal answers whose options asked for it.
	Proof *cert.Proof
	// Settled says that no other set of winners pays as much and has larger weights; false without weights, when the budget did not suffice
	// for this second question, and when prices are so large that no weight fits beside them.
	Settled bool
	// Nodes and Pivots are what was spent.
	Nodes, Pivots int64
}

// Solve finds the bids that win. It returns the errors of problem.Validate, and no others.
func Solve(problem *cert.Problem, options Options) (Result, error) {
	if err := problem.Validate(); err != nil {
		return Result{}, err
	}
	r := newSolve(problem, options).run()
	if options.Weights != nil && r.Status == Optimal {
		settle(problem, options, &r)
	}
	return r, nil
}

// solve is one solve: the parts of the problem, and what is left of the budget.
type solve struct {
	options   Options
	problem   *cert.Problem
	unit      int64 // denominator of prices
	nodes     int64
	pivots    int64
	stopped   bool
	dominated [][2]int
	cliques   [][]int
	rows      int // goods and groups
	parts     []*part
}

func newSolve(problem *cert.Problem, options Options) *solve {
	if options.Nodes == 0 {
		options.Nodes = DefaultNodes
	}
	if options.Pivots == 0 {
		options.Pivots = DefaultPivots
	}
	s := &solve{options: options, problem: problem, unit: 1}
	total := int64(1)
	for _, b := range problem.Bids {
		total += b.Price
	}
	for s.unit < 1<<20 && total < 1<<59/s.unit {
		s.unit *= 2
	}
	table := newTable(problem)
	s.rows = table.rows
	var stay []int
	s.dominated, stay = table.dominance()
	for _, bids := range table.components(stay) {
		s.parts = append(s.parts, newPart(s, table, bids))
	}
	return s
}

// over reports whether the budget is spent.
func (s *solve) over() bool {
	if !s.stopped {
		s.stopped = s.options.Nodes >= 0 && s.nodes >= s.options.Nodes ||
			s.options.Pivots >= 0 && s.pivots >= s.options.Pivots || s.options.Stop != nil && s.options.Stop()
	}
	return s.stopped
}

func (s *solve) run() Result {
	var r Result
	proven := true
	for _, p := range s.parts {
		if !s.over() {
			p.prove()
		}
		r.Revenue += p.best.worth
		r.Bound += p.bound
		for _, j := range p.best.bids {
			r.Winners = append(r.Winners, p.bids[j])
		}
		proven = proven && p.bound == p.best.worth
	}
	slices.Sort(r.Winners)
	r.Nodes, r.Pivots = s.nodes, s.pivots
	if proven {
		r.Status = Optimal
		if s.options.Proof {
			r.Proof = s.proof(r)
		}
	}
	return r
}

// proof puts the proofs of the parts together.
func (s *solve) proof(r Result) *cert.Proof {
	p := &cert.Proof{Revenue: r.Revenue, Winners: r.Winners, Denominator: s.unit, Dominated: s.dominated, Cliques: s.cliques}
	for _, part := range s.parts {
		p.Parts = append(p.Parts, cert.Part{Bids: part.bids, Bound: part.bound, Prices: part.proof.vectors, Tree: part.proof.tree})
	}
	return p
}
