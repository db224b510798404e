// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"cmp"
	"slices"

	"mabeam.dev/market/money"
)

// values judges the values of units: each later one is worth no more, in a procurement costs no less.
func (m *Machine) values(list []money.Amount) error {
	switch n := int64(len(list)); {
	case n == 0:
		return &BidError{"values", "none"}
	case n > m.spec.Uniform.MaxUnits:
		return &SizeError{"units of a bidder", m.spec.Uniform.MaxUnits}
	}
	for i, v := range list {
		if err := m.amount("values", v); err != nil {
			return err
		}
		if i > 0 && m.spec.better(v, list[i-1]) {
			return &BidError{"values", "a later unit is worth more than an earlier one"}
		}
	}
	return nil
}

// unit is one value of a bid.
type unit struct {
	*entry
	value money.Amount
}

// decideUniform sells the units to the best values at one price.
func (m *Machine) decideUniform() ([]Award, error) {
	var units []unit
	for _, e := range m.live() {
		for _, v := range e.bid.Values {
			if m.meets(v) {
				units = append(units, unit{e, v})
			}
		}
	}
	slices.SortStableFunc(units, func(a, b unit) int { // stable: of one bidder the earlier unit stays first
		c := cmp.Compare(b.value, a.value)
		if m.spec.Reverse {
			c = -c
		}
		return cmp.Or(c, m.tie(a.entry, b.entry))
	})
	k := min(int(m.spec.Units), len(units))
	if k == 0 {
		return nil, nil
	}
	price := m.spec.Reserve
	if m.spec.Uniform.LowestWinning {
		price = units[k-1].value
	} else if k < len(units) {
		price = m.bounded(units[k].value)
	}
	var awards []Award
	for _, e := range m.live() {
		n := int64(0)
		for _, u := range units[:k] {
			if u.entry == e {
				n++
			}
		}
		if n == 0 {
			continue
		}
		pays, err := price.Mul(n)
		if err != nil {
			return nil, err
		}
		awards = append(awards, Award{Bidder: e.bid.Bidder, Seq: e.seq, Units: n, Amount: pays})
	}
	return awards, nil
}
