// SPDX-License-Identifier: Apache-2.0

package wdp

import "slices"

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
