// SPDX-License-Identifier: Apache-2.0

package wdp

import (
	"cmp"
	"slices"
)

// free reports whether none of a bid's rows is used.
func (m *model) free(j int32, used []bool) bool {
	for _, r := range m.rows[j] {
		if used[r] {
			return false
		}
	}
	return true
}

func (m *model) take(j int32, used []bool) {
	for _, r := range m.rows[j] {
		used[r] = true
	}
}

// order returns the bids by falling rank, equal ones by number; off leaves bids out.
func (m *model) order(rank []float64, off []int32) []int32 {
	out := make([]int32, 0, len(m.price))
	for j := range m.price {
		if off == nil || off[j] == 0 {
			out = append(out, int32(j))
		}
	}
	slices.SortFunc(out, func(a, b int32) int {
		return cmp.Or(cmp.Compare(rank[b], rank[a]), cmp.Compare(a, b))
	})
	return out
}

// fill adds to a choice what fits, in the order given; nil means by number.
func (m *model) fill(chosen, order []int32) []int32 {
	used := make([]bool, len(m.members))
	for _, j := range chosen {
		m.take(j, used)
	}
	if order == nil {
		order = m.order(make([]float64, len(m.price)), nil)
	}
	for _, j := range order {
		if m.free(j, used) {
			m.take(j, used)
			chosen = append(chosen, j)
		}
	}
	return chosen
}

// exchange forces bids in, one after another, throws out what they exclude, fills up again, and keeps what is better. The work is limited.
func (m *model) exchange(chosen, order []int32) []int32 {
	holder := make([]int32, len(m.members)) // of each row: the chosen bid, or -1
	for r := range holder {
		holder[r] = -1
	}
	set := func(j, to int32) {
		for _, r := range m.rows[j] {
			holder[r] = to
		}
	}
	in := make([]bool, len(m.price))
	for _, j := range chosen {
		set(j, j)
		in[j] = true
	}
	work := 1_000_000
	for improved := true; improved; {
		improved = false
		for _, j := range order {
			if in[j] || work < 0 {
				continue
			}
			work -= len(m.rows[j])
			var out, added []int32
			gain := m.price[j]
			for _, r := range m.rows[j] {
				if h := holder[r]; h >= 0 {
					out = append(out, h)
					gain -= m.price[h]
					set(h, -1)
				}
			}
			set(j, j)
			for _, o := range out {
				for _, r := range m.rows[o] {
					if holder[r] >= 0 {
						continue
					}
					work -= len(m.members[r])
					if best := m.dearest(r, holder, in, j); best >= 0 {
						added = append(added, best)
						gain += m.price[best]
						set(best, best)
					}
				}
			}
			if gain > 0 {
				for _, o := range out {
					in[o] = false
				}
				in[j] = true
				for _, a := range added {
					in[a] = true
				}
				improved = true
				continue
			}
			for _, a := range added {
				set(a, -1)
			}
			set(j, -1)
			for _, o := range out {
				set(o, o)
			}
		}
	}
	var best []int32
	for j, yes := range in {
		if yes {
			best = append(best, int32(j))
		}
	}
	return best
}

// vacant reports whether nobody holds a row of the bid.
func (m *model) vacant(j int32, holder []int32) bool {
	for _, r := range m.rows[j] {
		if holder[r] >= 0 {
			return false
		}
	}
	return true
}

// dearest returns the bid of a row that fits and pays most, or -1.
func (m *model) dearest(r int32, holder []int32, in []bool, not int32) int32 {
	best := int32(-1)
	for _, k := range m.members[r] {
		if !in[k] && k != not && (best < 0 || m.price[k] > m.price[best]) && m.vacant(k, holder) {
			best = k
		}
	}
	return best
}
