// SPDX-License-Identifier: Apache-2.0

package wdp

import (
	"math"
	"slices"

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

// frame is a branch on a bid whose second side may still be open.
type frame struct {
	bid    int32
	trail  int
	chosen int
	bound  int64
	losing bool
	from   total
	value  float64
	saved  *simplex.State // of the program at the branch, or nil
}

// keep is how much memory the states of a path may take together.
const keep = 64 << 20

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

// root solves the program, sharpens it with cliques, leaves out the bids that cannot be part of anything better, and offers what it sees.
func (r *relaxation) root() {
	p := r.part
	for round := 0; ; round++ {
		done := r.relax()
		p.bound = max(p.best.worth, min(p.bound, r.above))
		r.round(true)
		if r.closed() {
			r.proof.leaf(r.proof.vector(r.m, r.y))
			p.bound = p.best.worth
			p.proof.take(&r.proof)
			return
		}
		if !done || p.solve.over() {
			return
		}
		r.fix()
		var more [][]int32
		if round < 2 {
			more = r.cliques()
		}
		if len(more) == 0 {
			break
		}
		label := make([]int, len(more))
		for k, clique := range more {
			label[k] = p.solve.rows + len(p.solve.cliques)
			names := make([]int, len(clique))
			for i, j := range clique {
				names[i] = p.bids[r.m.name[j]]
			}
			p.solve.cliques = append(p.solve.cliques, names)
		}
		r.use(r.m.with(more, label).restrict(r.left(r.m)))
	}
	r.use(r.m.restrict(r.left(r.m)))
	r.relax()
}

// left returns the bids that are still looked at.
func (r *relaxation) left(m *model) []int32 {
	var out []int32
	for j := range m.price {
		if r.off[j] == 0 {
			out = append(out, int32(j))
		}
	}
	return out
}

// closed reports whether the last bound rules out anything better than the best.
func (r *relaxation) closed() bool { return r.last.whole(r.part.solve.unit) <= r.part.best.worth }

// round makes a choice of what the program lets win: the winners of the path and, by falling parts, what fits beside them.
func (r *relaxation) round(thorough bool) {
	rank := make([]float64, len(r.m.price))
	for j, price := range r.m.price {
		rest := float64(price)
		for _, row := range r.m.rows[j] {
			rest -= r.t.Dual(int(row))
		}
		rank[j] = r.t.Value(j) + min(0, rest/float64(price))
	}
	order := r.m.order(rank, r.off)
	choice := r.m.fill(slices.Clone(r.chosen), order)
	r.part.offer(r.m, choice)
	if thorough {
		r.part.offer(r.m, r.m.exchange(choice, order))
	}
}

// fix leaves out the bids with which, by the prices of this node, nothing better than the best can come about.
func (r *relaxation) fix() {
	unit := r.part.solve.unit
	room := r.last.sum - (r.part.best.worth+1)*unit // not negative: the node is not closed
	if r.last.lost {
		return
	}
	var out []int32
	for j, price := range r.m.price {
		if r.off[j] > 0 {
			continue
		}
		rest := price * unit
		for _, row := range r.m.rows[j] {
			if rest -= r.y[row]; rest < -room {
				break
			}
		}
		if rest < -room {
			out = append(out, int32(j))
		}
	}
	if len(out) == 0 {
		return
	}
	r.proof.drop(r.proof.vector(r.m, r.y), r.m, out)
	r.lose(out)
}

// lose gives bids a reason more not to be looked at.
func (r *relaxation) lose(bids []int32) {
	r.flips = r.flips[:0]
	for _, j := range bids {
		r.trail = append(r.trail, j)
		if r.off[j]++; r.off[j] == 1 {
			r.flips = append(r.flips, j)
		}
	}
	r.t.Set(r.flips, true)
}

// win makes a bid a winner of the path.
func (r *relaxation) win(j int32) {
	var out []int32
	for _, row := range r.m.rows[j] {
		for _, k := range r.m.members[row] {
			if k != j {
				out = append(out, k)
			}
		}
	}
	r.lose(out)
	r.off[j]++ // without switching it off in the program
	r.trail = append(r.trail, j)
	r.chosen = append(r.chosen, j)
	r.taken += r.m.price[j]
}

// undo takes back the reasons beyond a mark; the program goes back by a saved state.
func (r *relaxation) undo(trail, chosen int) {
	for len(r.trail) > trail {
		j := r.trail[len(r.trail)-1]
		r.trail = r.trail[:len(r.trail)-1]
		r.off[j]--
	}
	for len(r.chosen) > chosen {
		r.taken -= r.m.price[r.chosen[len(r.chosen)-1]]
		r.chosen = r.chosen[:len(r.chosen)-1]
	}
}

// save returns the state of the program for a frame: a thin one when the others take up too much.
func (r *relaxation) save() *simplex.State {
	var s *simplex.State
	if n := len(r.states); n > 0 {
		s, r.states = r.states[n-1], r.states[:n-1]
		r.t.Save(s, false)
		return s
	}
	s = &simplex.State{}
	r.kept++
	r.t.Save(s, r.kept*r.t.Size() > keep)
	return s
}

// release puts a frame's state back for others.
func (r *relaxation) release(f *frame) {
	if f.saved.Thin() {
		r.kept--
	} else {
		r.states = append(r.states, f.saved)
	}
	f.saved = nil
}

// step looks at one node and goes to the next; it reports whether there is none.
func (r *relaxation) step() bool {
	s := r.part.solve
	s.nodes++
	if !r.relax() {
		return false
	}
	r.learn()
	if !r.closed() {
		r.round(false)
	}
	if r.closed() {
		r.proof.leaf(r.proof.vector(r.m, r.y))
		return r.back()
	}
	r.fix()
	j, value := r.pick()
	if j < 0 {
		// Nothing is open, and what is chosen has been offered: the bound can be no more than that.
		r.proof.leaf(r.proof.vector(r.m, r.y))
		return r.back()
	}
	r.path = append(r.path, frame{bid: j, trail: len(r.trail), chosen: len(r.chosen), bound: r.above, from: r.last, value: value, saved: r.save()})
	r.proof.branch(r.m, j)
	r.win(j)
	return false
}

// back goes to the nearest branch whose losing side has not been looked at.
func (r *relaxation) back() bool {
	for len(r.path) > 0 {
		f := &r.path[len(r.path)-1]
		r.undo(f.trail, f.chosen)
		if !f.losing {
			f.losing = true
			r.t.Load(f.saved)
			r.release(f)
			r.above = f.bound
			r.lose([]int32{f.bid})
			return false
		}
		r.path = r.path[:len(r.path)-1]
	}
	return true
}

// open returns the bound of all that has not been looked at.
func (r *relaxation) open() int64 {
	bound := r.above
	for _, f := range r.path {
		if !f.losing {
			bound = max(bound, f.bound)
		}
	}
	return bound
}
