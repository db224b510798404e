// SPDX-License-Identifier: Apache-2.0

package wdp

import (
	"cmp"
	"slices"
)

// cliques returns sets of bids of which any two exclude each other and of which the program lets more than one win in parts.
func (r *relaxation) cliques() [][]int32 {
	var parts []int32
	value := make([]float64, len(r.m.price))
	r.t.Basic(func(j int, v float64) bool {
		if r.off[j] == 0 && v > whole {
			value[j] = v
			if v < 1-whole {
				parts = append(parts, int32(j))
			}
		}
		return true
	})
	byValue := func(a, b int32) int { return cmp.Or(cmp.Compare(value[b], value[a]), cmp.Compare(a, b)) }
	slices.SortFunc(parts, byValue)
	n := len(r.m.price)
	mark := make([]int32, n)  // times a bid is next to the members of the clique
	stamp := make([]int32, n) // and the last member that counted it
	tick := int32(0)
	var out [][]int32
	seen := map[int32]bool{} // bids that a clique covers begin no other
	for _, first := range parts {
		if seen[first] || len(out) >= 200 {
			continue
		}
		clear(mark)
		var clique []int32
		sum := 0.0
		add := func(j int32) {
			clique = append(clique, j)
			sum += value[j]
			tick++
			stamp[j] = tick
			for _, row := range r.m.rows[j] {
				for _, k := range r.m.members[row] {
					if stamp[k] != tick {
						stamp[k] = tick
						mark[k]++
					}
				}
			}
		}
		add(first)
		for _, k := range parts {
			if int(mark[k]) == len(clique) && !slices.Contains(clique, k) {
				add(k)
			}
		}
		if sum < 1.01 {
			continue
		}
		for _, j := range clique {
			seen[j] = true
		}
		for j := range r.m.price {
			if r.off[j] == 0 && int(mark[j]) == len(clique) && !slices.Contains(clique, int32(j)) {
				add(int32(j))
			}
		}
		slices.Sort(clique)
		out = append(out, clique)
	}
	return out
}
