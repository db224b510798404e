// SPDX-License-Identifier: Apache-2.0

package pay

import "math"

// whole rounds payments down and raises them, a unit at a time, until all objections heard so far are met: first the winner whose unit serves
// most of them, then the one that lost most to rounding, then the first. Units that turn out not to be needed are taken back.
func (c *core) whole(exact []float64) []int64 {
	n := len(exact)
	paid := make([]int64, n)
	for i, x := range exact {
		paid[i] = min(max(int64(math.Floor(x+1e-6)), c.vcg.Amounts[i]), c.winners.Values[i])
	}
	missing := make([]int64, len(c.objections))
	for k, o := range c.objections {
		missing[k] = o.least
		for _, i := range o.outside {
			missing[k] -= paid[i]
		}
	}
	change := func(who int, by int64) {
		paid[who] += by
		for k, o := range c.objections {
			for _, i := range o.outside {
				if i == who {
					missing[k] -= by
				}
			}
		}
	}
	for {
		serves := make([]int, n)
		for k, o := range c.objections {
			if missing[k] > 0 {
				for _, i := range o.outside {
					serves[i]++
				}
			}
		}
		best := -1
		for i, s := range serves {
			if s == 0 || paid[i] == c.winners.Values[i] {
				continue
			}
			if best < 0 || s > serves[best] || s == serves[best] && exact[i]-float64(paid[i]) > exact[best]-float64(paid[best]) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		change(best, 1)
	}
	for i := n - 1; i >= 0; i-- {
		for paid[i] > c.vcg.Amounts[i] && float64(paid[i]) > exact[i] && c.spare(i, missing) {
			change(i, -1)
		}
	}
	return paid
}

// spare reports whether no objection needs the last unit of a winner's payment.
func (c *core) spare(who int, missing []int64) bool {
	for k, o := range c.objections {
		if missing[k] < 0 {
			continue
		}
		for _, i := range o.outside {
			if i == who {
				return false
			}
		}
	}
	return true
}
