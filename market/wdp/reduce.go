// SPDX-License-Identifier: Apache-2.0

package wdp

import (
	"slices"

	"mabeam.dev/market/wdp/cert"
)

// table is a problem with its bids as sets of rows: goods first, then groups.
type table struct {
	problem *cert.Problem
	goods   [][]int32 // of each bid, rising
	rows    int
	group   []int32 // row of each bid's group, or -1
}

func newTable(problem *cert.Problem) *table {
	groups := problem.Groups()
	t := &table{problem: problem, rows: problem.Goods + len(groups)}
	for _, b := range problem.Bids {
		goods := make([]int32, len(b.Goods))
		for i, g := range b.Goods {
			goods[i] = int32(g)
		}
		slices.Sort(goods)
		row := int32(-1)
		if b.Group != cert.NoGroup {
			k, _ := slices.BinarySearch(groups, b.Group)
			row = int32(problem.Goods + k)
		}
		t.goods, t.group = append(t.goods, goods), append(t.group, row)
	}
	return t
}

// dominates reports whether bid i makes bid j superfluous: wherever j wins, i could win instead and pay no less.
func (t *table) dominates(i, j int) bool {
	a, b := &t.problem.Bids[i], &t.problem.Bids[j]
	if i == j || a.Price < b.Price || len(a.Goods) > len(b.Goods) || t.group[i] >= 0 && t.group[i] != t.group[j] {
		return false
	}
	if i > j && a.Price == b.Price && len(a.Goods) == len(b.Goods) && t.group[i] == t.group[j] {
		return false
	}
	at := 0
	wanted := t.goods[j]
	for _, g := range t.goods[i] {
		for at < len(wanted) && wanted[at] < g {
			at++
		}
		if at == len(wanted) || wanted[at] != g {
			return false
		}
	}
	return true
}

// dominance returns the pairs of dominated bids and what dominates them, and the bids that stay.
func (t *table) dominance() (pairs [][2]int, stay []int) {
	count := make([]int, t.problem.Goods)
	for _, goods := range t.goods {
		for _, g := range goods {
			count[g]++
		}
	}
	// A bid can only dominate bids that want its rarest good too, so it waits there.
	waiting := make([][]int32, t.problem.Goods)
	for i, goods := range t.goods {
		rare := goods[0]
		for _, g := range goods {
			if count[g] < count[rare] {
				rare = g
			}
		}
		waiting[rare] = append(waiting[rare], int32(i))
	}
	for j, goods := range t.goods {
		by := -1
	search:
		for _, g := range goods {
			for _, i := range waiting[g] {
				if t.dominates(int(i), j) {
					by = int(i)
					break search
				}
			}
		}
		if by >= 0 {
			pairs = append(pairs, [2]int{j, by})
		} else {
			stay = append(stay, j)
		}
	}
	return pairs, stay
}

// components splits bids into sets that share no row with one another, in the order of their first bids.
func (t *table) components(bids []int) [][]int {
	parent := make([]int32, t.rows)
	for r := range parent {
		parent[r] = int32(r)
	}
	root := func(r int32) int32 {
		for parent[r] != r {
			parent[r] = parent[parent[r]]
			r = parent[r]
		}
		return r
	}
	for _, j := range bids {
		first := root(t.goods[j][0])
		for _, g := range t.goods[j][1:] {
			parent[root(g)] = first
		}
		if t.group[j] >= 0 {
			parent[root(t.group[j])] = first
		}
	}
	var out [][]int
	place := make(map[int32]int)
	for _, j := range bids {
		r := root(t.goods[j][0])
		k, ok := place[r]
		if !ok {
			k = len(out)
			place[r] = k
			out = append(out, nil)
		}
		out[k] = append(out[k], j)
	}
	return out
}
