// SPDX-License-Identifier: Apache-2.0

package wdp

import (
	"math"

	"mabeam.dev/market/wdp/simplex"
)

// relaxation is the search that looks at bids, guided and bounded by the linear program that lets parts of bids win. It goes depth first, the
// winning side before the losing one, so that its tree is written as it is walked; the program's basis is carried from node to node.
type relaxation struct {
	part   *part
	m      *model
	t      *simplex.Tableau
	off    []int32 // for each bid, how many reasons it has not to be looked at; winners of the path have one too
	trail  []int32 // reasons in the order in which they came
	chosen []int32 // winners of the path
	taken  int64
	path   []frame
	above  int64   // bound that the node to be looked at has from its parent
	y      []int64 // prices of rows at the last node
	last   total   // and their bound
	proof  recorder

	earlier int64 // pivots and work of tableaus that were put away
	spent   int64
	flips   []int32
	losses  [2][]float64 // what the bound lost per part of a bid that was forced to lose or to win
	counts  [2][]int32
	states  []*simplex.State // not in use
	kept    int              // states made
}

func newRelaxation(p *part) *relaxation {
	r := &relaxation{part: p, above: p.bound, proof: recorder{on: p.proof.on, names: p.proof.names}}
	r.use(p.model)
	return r
}

// use puts a model in place, with all its bids to be looked at.
func (r *relaxation) use(m *model) {
	if r.t != nil {
		r.earlier += r.t.Pivots()
		r.spent += r.t.Work()
	}
	cost := make([]float64, len(m.price))
	for j, price := range m.price {
		cost[j] = float64(price)
	}
	r.m, r.off, r.trail = m, make([]int32, len(m.price)), nil
	r.y = make([]int64, len(m.members))
	r.t = simplex.New(simplex.Program{Columns: m.rows, Rows: len(m.members), Cost: cost})
	place := map[int32]int{}
	for j, name := range m.name {
		place[name] = j
	}
	var start []int
	for _, name := range r.part.best.bids {
		if j, ok := place[name]; ok {
			start = append(start, j)
		}
	}
	r.t.Start(start)
	for side := range r.losses {
		r.losses[side] = make([]float64, len(m.price))
		r.counts[side] = make([]int32, len(m.price))
	}
}

// work returns what was done so far.
func (r *relaxation) work() int64 { return r.spent + r.t.Work() }

// relax solves the program of the node, or enough of it to close the node, and computes its bound; false means that the budget ended it.
func (r *relaxation) relax() bool {
	outcome := r.pivot(float64(r.part.best.worth) + 0.9)
	if outcome == simplex.Enough && !r.closed() {
		outcome = r.pivot(math.Inf(-1))
	}
	r.above = min(r.above, r.last.whole(r.part.solve.unit))
	return outcome != simplex.Stopped
}

// pivot goes on with the program and makes a bound of its duals.
func (r *relaxation) pivot(enough float64) simplex.Outcome {
	s := r.part.solve
	before := r.t.Pivots()
	count := func() {
		s.pivots += r.t.Pivots() - before
		before = r.t.Pivots()
	}
	outcome := r.t.Solve(enough, func() bool {
		count()
		return s.over()
	})
	count()
	most := 1e17 / float64(s.unit)
	for row := range r.y {
		r.y[row] = int64(math.Round(float64(max(0, min(r.t.Dual(row), most)) * float64(s.unit))))
	}
	r.last = r.m.bounded(r.y, s.unit, r.taken, r.off)
	return outcome
}

// closed reports whether the last bound rules out anything better than the best.
func (r *relaxation) closed() bool { return r.last.whole(r.part.solve.unit) <= r.part.best.worth }
