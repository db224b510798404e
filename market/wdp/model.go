// SPDX-License-Identifier: Apache-2.0

package wdp

import "slices"

// model is a set of bids and of rows of which each lets one of its bids win. Bids and rows are numbered anew; name and label lead back.
type model struct {
	name    []int32 // of each bid, in its part
	price   []int64
	rows    [][]int32 // of each bid
	members [][]int32 // of each row, rising
	label   []int     // of each row, in proofs
}

// newModel makes the model of the bids that are named, each with the rows given, and drops rows that say nothing that another does not say.
func newModel(name []int32, price []int64, members [][]int32, label []int) *model {
	m := &model{name: name, price: price, rows: make([][]int32, len(name))}
	of := make([][]int32, len(name)) // rows of each bid, before any is dropped
	for r, bids := range members {
		for _, j := range bids {
			of[j] = append(of[j], int32(r))
		}
	}
	for r, bids := range members {
		if len(bids) > 0 && !implied(members, of[bids[0]], r) {
			k := int32(len(m.members))
			m.members, m.label = append(m.members, bids), append(m.label, label[r])
			for _, j := range bids {
				m.rows[j] = append(m.rows[j], k)
			}
		}
	}
	return m
}

// implied reports whether another of the rows holds all members of row r; of equal rows the first stays.
func implied(members [][]int32, others []int32, r int) bool {
	for _, o := range others {
		if int(o) == r || len(members[o]) < len(members[r]) || len(members[o]) == len(members[r]) && int(o) > r {
			continue
		}
		if includes(members[o], members[r]) {
			return true
		}
	}
	return false
}

// includes reports whether a sorted set holds all of another.
func includes(all, some []int32) bool {
	at := 0
	for _, x := range some {
		for at < len(all) && all[at] < x {
			at++
		}
		if at == len(all) || all[at] != x {
			return false
		}
	}
	return true
}

// restrict returns the model of some of the bids, given by their numbers here, rising.
func (m *model) restrict(keep []int32) *model {
	number := make([]int32, len(m.name))
	for i := range number {
		number[i] = -1
	}
	name, price := make([]int32, len(keep)), make([]int64, len(keep))
	for i, j := range keep {
		number[j], name[i], price[i] = int32(i), m.name[j], m.price[j]
	}
	members := make([][]int32, len(m.members))
	for r, bids := range m.members {
		for _, j := range bids {
			if number[j] >= 0 {
				members[r] = append(members[r], number[j])
			}
		}
	}
	return newModel(name, price, members, m.label)
}

// with returns the model with more rows.
func (m *model) with(members [][]int32, label []int) *model {
	return newModel(m.name, m.price, append(slices.Clone(m.members), members...), append(slices.Clone(m.label), label...))
}

// choice is a set of bids that may win together.
type choice struct {
	worth int64
	bids  []int32
}
