// SPDX-License-Identifier: Apache-2.0

package wdp

import (
	"math"
	"slices"
)

// maxRows is how many rows a part may have to be searched: the program keeps a square of them.
const maxRows = 1 << 12

// largest is how many numbers the tree and the prices of a part's proof may have together.
const largest = 1 << 26

// part is one component of the problem: it is solved alone, and owns the best choice and the bound found so far.
type part struct {
	solve *solve
	bids  []int // in the problem
	model *model
	best  choice
	bound int64
	proof recorder
}

func newPart(s *solve, t *table, bids []int) *part {
	p := &part{solve: s, bids: bids}
	name, price := make([]int32, len(bids)), make([]int64, len(bids))
	number := map[int32]int{}
	var members [][]int32
	var label []int
	for i, b := range bids {
		name[i], price[i] = int32(i), t.problem.Bids[b].Price
		rows := t.goods[b]
		if t.group[b] >= 0 {
			rows = append(slices.Clone(rows), t.group[b])
		}
		for _, r := range rows {
			k, ok := number[r]
			if !ok {
				k = len(members)
				number[r] = k
				members, label = append(members, nil), append(label, int(r))
			}
			members[k] = append(members[k], int32(i))
		}
	}
	p.model = newModel(name, price, members, label)
	p.proof = recorder{on: s.options.Proof, names: bids}
	if !p.intervals(t) {
		p.begin()
	}
	return p
}

// begin finds a first choice and a first bound without search.
func (p *part) begin() {
	m := p.model
	if start := p.start(); len(start) > 0 {
		p.offer(m, start)
	}
	for _, by := range []func(rows float64) float64{func(float64) float64 { return 1 }, math.Sqrt, func(rows float64) float64 { return rows }} {
		rank := make([]float64, len(m.price))
		for j, price := range m.price {
			rank[j] = float64(price) / by(float64(len(m.rows[j])))
		}
		p.offer(m, m.fill(nil, m.order(rank, nil)))
	}
	// Each row priced by the best that one of its bids pays per row covers every bid.
	y := make([]int64, len(m.members))
	for r, bids := range m.members {
		for _, j := range bids {
			n := int64(len(m.rows[j]))
			y[r] = max(y[r], (m.price[j]*p.solve.unit+n-1)/n)
		}
	}
	b := m.bounded(y, p.solve.unit, 0, nil)
	p.bound = b.whole(p.solve.unit)
	if p.bound <= p.best.worth {
		p.bound = p.best.worth
		p.proof.leaf(p.proof.vector(m, y))
	}
}

// start is what the options say of this part, as far as it can win.
func (p *part) start() []int32 {
	if len(p.solve.options.Start) == 0 {
		return nil
	}
	place := map[int]int32{}
	for i, b := range p.bids {
		place[b] = int32(i)
	}
	used := make([]bool, len(p.model.members))
	var out []int32
	for _, b := range p.solve.options.Start {
		if j, ok := place[b]; ok && p.model.free(j, used) {
			p.model.take(j, used)
			out = append(out, j)
		}
	}
	return p.model.fill(out, nil)
}

// offer makes a choice in terms of a model of this part the best, if it is better.
func (p *part) offer(m *model, bids []int32) bool {
	worth := int64(0)
	for _, j := range bids {
		worth += m.price[j]
	}
	if worth <= p.best.worth && p.best.bids != nil {
		return false
	}
	p.best.worth = worth
	p.best.bids = make([]int32, len(bids))
	for i, j := range bids {
		p.best.bids[i] = m.name[j]
	}
	return true
}

// prove proves the best, or ends with the budget.
func (p *part) prove() {
	if p.bound == p.best.worth || len(p.model.members) > maxRows {
		return
	}
	r := newRelaxation(p)
	r.root()
	if p.bound == p.best.worth || p.solve.stopped {
		return
	}
	p.race(r)
}

// race runs both searches by turns, so that each gets about the same share of the work, until one has ended.
func (p *part) race(r *relaxation) {
	items := newItems(r)
	before := r.work()
	for !p.solve.over() {
		var done bool
		if items != nil && items.proof.size > largest {
			items = nil // what it finds could not be written down
		}
		if r.proof.size > largest {
			p.solve.stopped = true
			break
		}
		if items != nil && items.work < r.work()-before {
			done = items.step()
			if done {
				p.proof.take(&items.proof)
			}
		} else {
			done = r.step()
			if done {
				p.proof.take(&r.proof)
			}
		}
		if done {
			p.bound = p.best.worth
			return
		}
	}
	p.bound = max(p.best.worth, min(p.bound, r.open()))
	if items != nil {
		p.bound = max(p.best.worth, min(p.bound, items.open()))
	}
}
