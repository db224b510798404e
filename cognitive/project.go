// SPDX-License-Identifier: Apache-2.0

package cognitive

import "slices"

// Project brings values into the budget of a constraint with the least change of their sum of squares: what is too much is taken from each by its factor, and nobody falls
// below lowest. ok is false if that is not enough.
func (c *Constraint) Project(values, lowest []float64) (within []float64, ok bool) {
	within = slices.Clone(values)
	fixed := make([]bool, len(values))
	for range len(values) + 1 {
		over, norm := -c.Limit, 0.0
		for i, x := range within {
			over += float64(c.Budget[i] * x)
			if !fixed[i] {
				norm += c.Budget[i] * c.Budget[i]
			}
		}
		if over <= 1e-12*(1+abs(c.Limit)) {
			return within, true
		}
		if norm == 0 {
			return within, false
		}
		for i := range within {
			if fixed[i] {
				continue
			}
			within[i] -= c.Budget[i] * over / norm
			if within[i] < lowest[i] {
				within[i], fixed[i] = lowest[i], true
			}
		}
	}
	return within, false
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}
