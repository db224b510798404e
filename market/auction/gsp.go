// SPDX-License-Identifier: Apache-2.0

package auction

import "mabeam.dev/market/money"

// decideGSP gives the slots by rank. Each winner pays per use what keeps its rank before the next one, the last one the reserve; by VCG, it
// pays for each use what it keeps from those behind it.
func (m *Machine) decideGSP() ([]Award, error) {
	list, slots := m.ranked(), m.spec.GSP.Slots
	k := min(len(slots), len(list))
	awards := make([]Award, k)
	for i, e := range list[:k] {
		pays := money.Amount(0)
		last := i
		if m.spec.GSP.VCG {
			last = k - 1
		}
		for j := i; j <= last; j++ {
			uses := slots[i]
			if m.spec.GSP.VCG {
				if uses = slots[j]; j+1 < k {
					uses -= slots[j+1]
				}
			}
			price, err := m.behind(e, list, j+1)
			if err != nil {
				return nil, err
			}
			part, err := price.Mul(uses)
			if err != nil {
				return nil, err
			}
			if pays, err = pays.Add(part); err != nil {
				return nil, err
			}
		}
		awards[i] = Award{Bidder: e.bid.Bidder, Seq: e.seq, Units: slots[i], Slot: i + 1, Amount: pays}
	}
	return awards, nil
}

// behind is the price of a use with which a bidder just keeps its rank before the one at a place; that of the reserve, if there is none.
func (m *Machine) behind(e *entry, list []*entry, place int) (money.Amount, error) {
	if place >= len(list) {
		return m.spec.Reserve, nil
	}
	price, err := m.keeps(e, list[place])
	return m.bounded(price), err
}
