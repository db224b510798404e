// SPDX-License-Identifier: Apache-2.0

package wdp

import "mabeam.dev/market/wdp/cert"

// intervals solves a part in which every bid wants goods in a row and excludes nothing else, from left to right: what the goods up to a point
// can earn. The growth of that from one good to the next is a price of the good, and these prices prove the result. It reports whether the
// part is of this kind.
func (p *part) intervals(t *table) bool {
	for _, b := range p.bids {
		goods := t.goods[b]
		if t.group[b] >= 0 || int(goods[len(goods)-1]-goods[0]) != len(goods)-1 {
			return false
		}
	}
	n := t.problem.Goods
	ending := make([][]int32, n) // bids by their last good
	for j, b := range p.bids {
		last := t.goods[b][len(t.goods[b])-1]
		ending[last] = append(ending[last], int32(j))
	}
	earned := make([]int64, n+1) // by the goods before each
	with := make([]int32, n+1)   // the bid that ends there, or -1
	for g := range n {
		earned[g+1], with[g+1] = earned[g], -1
		for _, j := range ending[g] {
			if sum := earned[t.goods[p.bids[j]][0]] + t.problem.Bids[p.bids[j]].Price; sum > earned[g+1] {
				earned[g+1], with[g+1] = sum, j
			}
		}
	}
	p.best = choice{worth: earned[n]}
	for g := n; g > 0; {
		if j := with[g]; j >= 0 {
			p.best.bids = append(p.best.bids, j)
			g = int(t.goods[p.bids[j]][0])
		} else {
			g--
		}
	}
	p.bound = earned[n]
	if p.proof.on {
		var prices []int64
		for g := range n {
			if y := earned[g+1] - earned[g]; y > 0 {
				prices = append(prices, int64(g), y*p.solve.unit)
			}
		}
		p.proof.vectors = [][]int64{prices}
		p.proof.tree = []int64{cert.Leaf, 0}
	}
	return true
}
