// SPDX-License-Identifier: Apache-2.0

package reputation

import "math"

// Raters measure how far the ratings of each agent agree with what was measured independently. Agreement with other raters plays no part,
// so nobody is punished for agreeing. The zero value is ready; it belongs to one process.
type Raters struct{ of map[Agent]deviation }

type deviation struct {
	sum float64
	n   int
}

// Observe takes note of a rating beside the measured outcome of the same deal, both 0 to 1; others are passed over.
func (r *Raters) Observe(rater Agent, rating, outcome float64) {
	if !unit(rating) || !unit(outcome) {
		return
	}
	if r.of == nil {
		r.of = map[Agent]deviation{}
	}
	d := r.of[rater]
	r.of[rater] = deviation{d.sum + math.Abs(rating-outcome), d.n + 1}
}

// Credibility is 1 minus the rater's mean deviation. One imagined deviation of 1/2 is counted in, so a rater without a past has 1/2 and one
// deal does not make it an oracle.
func (r *Raters) Credibility(rater Agent) float64 {
	d := r.of[rater]
	return 1 - (d.sum+.5)/float64(d.n+1)
}
