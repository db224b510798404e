// SPDX-License-Identifier: Apache-2.0

package alloc

import (
	"cmp"
	"slices"

	"mabeam.dev/market/money"
)

// Point is a total that can be had: no choice has more value for the cost, or less cost for the value.
type Point struct {
	Cost  money.Amount
	Value money.Amount
}

// Front returns every total of Choose that is worth having, for all budgets up to one, the cheapest first; it is computed from the options,
// and none is made up. A front of more than the given number of points, on the way or in the end, is an *InputError; 0 is a hundred thousand.
func Front(tasks [][]Option, budget money.Amount, most int) ([]Point, error) {
	if most == 0 {
		most = 100_000
	}
	if err := check(tasks, budget); err != nil {
		return nil, err
	}
	front := []Point{{}}
	for _, t := range tasks {
		all := slices.Clone(front)
		for _, p := range front {
			for _, o := range t {
				if c := p.Cost + o.Cost; c <= budget {
					all = append(all, Point{c, p.Value + o.Value})
				}
			}
		}
		slices.SortFunc(all, func(a, b Point) int { return cmp.Or(cmp.Compare(a.Cost, b.Cost), cmp.Compare(b.Value, a.Value)) })
		front = front[:0]
		for _, p := range all {
			if len(front) == 0 || p.Value > front[len(front)-1].Value {
				front = append(front, p)
			}
		}
		if len(front) > most {
			return nil, &InputError{"tasks", "have more good totals than asked for"}
		}
	}
	return front, nil
}
