// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"errors"
	"math"

	"mabeam.dev/cognitive/internal/frame"
)

// GLRSpec describes a [GLR]. Zero fields mean the defaults.
type GLRSpec struct {
	// Threshold is the log-likelihood ratio of an alarm, in nats; 0 means that of Confidence.
	Threshold float64
	// Confidence is the probability that there is never a false alarm, 0 < c < 1; 0 means 0.95. It sets the threshold ln(n√n / (1 - c)), with
	// n values seen.
	Confidence float64
}

// GLR is the generalised likelihood ratio test for values from 0 to 1: at each report it compares "one mean throughout" with "one mean before
// some moment, another after it", for the moments at which its history can be split. For values other than 0 and 1 it is conservative.
type GLR struct {
	spec    GLRSpec
	seen    float64
	history history
}

// Split is the most likely change in a history.
type Split struct {
	// Ratio is its log-likelihood ratio in nats, never negative; 0 where nothing can be split.
	Ratio float64
	// BeforeWeight and AfterWeight are how much was seen on each side, BeforeSum and AfterSum the values.
	BeforeWeight, BeforeSum, AfterWeight, AfterSum float64
	at                                             int // first bucket after it
}

// NewGLR checks the spec and returns a detector that has seen nothing.
func NewGLR(s GLRSpec) (*GLR, error) {
	problems := finite(map[string]float64{"threshold": s.Threshold, "confidence": s.Confidence}, "threshold", "confidence")
	if s.Threshold < 0 {
		problems = append(problems, &SpecError{"threshold", "it is below 0"})
	}
	if s.Confidence < 0 || s.Confidence >= 1 {
		problems = append(problems, &SpecError{"confidence", "it is not below 1"})
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	if s.Confidence == 0 {
		s.Confidence = 0.95
	}
	return &GLR{spec: s}, nil
}

// Add takes a value, which is clipped to [0, 1], with a positive weight. It does nothing else; NaN is ignored.
func (d *GLR) Add(x, weight float64) {
	if x-x != 0 && !math.IsInf(x, 0) || !(weight > 0) || math.IsInf(weight, 0) {
		return
	}
	d.seen += weight
	d.history.add(min(max(x, 0), 1), weight)
}

// Update takes a value of weight 1 and reports whether there was a change; then all from before it is forgotten.
func (d *GLR) Update(x float64) bool {
	d.Add(x, 1)
	s := d.Split()
	if !d.Alarming(s) {
		return false
	}
	d.Cut(s)
	return true
}

// Alarming reports whether a split is beyond the threshold.
func (d *GLR) Alarming(s Split) bool { return s.Ratio > d.limit() }

func (d *GLR) limit() float64 {
	if d.spec.Threshold > 0 {
		return d.spec.Threshold
	}
	n := max(d.seen, 1)
	return math.Log(n*math.Sqrt(n)) - math.Log(1-d.spec.Confidence)
}

// Split returns the most likely change in what was seen since the last cut.
func (d *GLR) Split() Split {
	n, s := d.history.total()
	var best Split
	var all float64 // entropy of one mean throughout, when it is needed
	p := s / n
	variance := max(p*(1-p), 1e-300)
	for i := 1; i < len(d.history.buckets); i++ {
		b := &d.history.buckets[i-1]
		n0, s0, n1, s1 := b.weighted, b.summed, n-b.weighted, s-b.summed
		if n0 <= 0 || n1 <= 0 {
			continue
		}
		// Divergences are at most chi-squared distances, which together are off²·n/(n0·n1·variance) and cost no logarithm.
		off := s0 - n0*p
		if off*off*n <= best.Ratio*variance*n0*n1 {
			continue
		}
		if all == 0 {
			all = n * entropy(p)
		}
		if g := all - n0*entropy(s0/n0) - n1*entropy(s1/n1); g > best.Ratio {
			best = Split{g, n0, s0, n1, s1, i}
		}
	}
	return best
}

// entropy of a coin in nats.
func entropy(p float64) float64 {
	if p <= 0 || p >= 1 {
		return 0
	}
	return -p*math.Log(p) - (1-p)*math.Log1p(-p)
}

// Cut forgets what was seen before a change that Split has just returned.
func (d *GLR) Cut(s Split) {
	if s.at > 0 && s.at < len(d.history.buckets) {
		d.history.keep(s.at)
	}
}

// Total returns how much was seen since the last cut, and the sum of it.
func (d *GLR) Total() (weight, sum float64) { return d.history.total() }

// Believe forgets all, and begins with a mean as if it had been seen that much.
func (d *GLR) Believe(weight, mean float64) { d.history.seed(weight, mean) }

// MarshalBinary returns the state.
func (d *GLR) MarshalBinary() ([]byte, error) {
	w := frame.New("glr", 1)
	w.Float(d.spec.Threshold)
	w.Float(d.spec.Confidence)
	w.Float(d.seen)
	d.history.write(w)
	return w.Done(), nil
}

// UnmarshalBinary restores a state, or changes nothing and returns what is wrong with it.
func (d *GLR) UnmarshalBinary(data []byte) error {
	r := frame.Open(data, "glr", 1)
	n := GLR{spec: GLRSpec{r.Between(0, math.MaxFloat64), r.Between(0, 1)}, seen: r.Between(0, 1e300)}
	n.history.read(r)
	if err := r.Done(); err != nil {
		return err
	}
	*d = n
	return nil
}
