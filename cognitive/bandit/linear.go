// SPDX-License-Identifier: Apache-2.0

package bandit

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"mabeam.dev/cognitive/internal/frame"
)

// LinearMethod is how a [Linear] explores.
type LinearMethod uint8

// Methods for contexts.
const (
	// LinUCB adds the width of the estimate at the context, times Exploration.
	LinUCB LinearMethod = iota
	// LinTS samples the coefficients from their posterior, whose width is Exploration.
	LinTS
)

// LinearSpec describes a bandit whose rewards depend on a context. Zero fields mean the defaults.
type LinearSpec struct {
	// Arms is how many there are, and Features how long a context is; both required, their squares bounded: Arms·Features² is at most 16 million.
	Arms, Features int
	// Method is how arms are chosen.
	Method LinearMethod
	// Exploration is the factor of the width; 0 means 1.
	Exploration float64
	// Ridge is the strength of the prior around 0; 0 means 1.
	Ridge float64
	// Low and High are the range of rewards; both 0 means from 0 to 1. Rewards outside are clipped, and counted.
	Low, High float64
}

// Linear chooses among arms by a context, with one linear model an arm: the reward of arm a at context x is about θₐ·x. It belongs to one owner.
type Linear struct {
	spec   LinearSpec
	counts Counts
	models []ridge
	x, z   []float64 // room for a choice
}

// ridge is a regression: the precision A = λI + Σ w·x·xᵀ as its Cholesky factor L by rows, and b = Σ w·r·x.
type ridge struct {
	n    float64
	l, b []float64
	t    []float64 // the solution of A·θ = b
}

// NewLinear checks the spec and returns a bandit that knows nothing; the error joins all mistakes, each a *SpecError.
func NewLinear(s LinearSpec) (*Linear, error) {
	if s.Exploration == 0 {
		s.Exploration = 1
	}
	if s.Ridge == 0 {
		s.Ridge = 1
	}
	if s.Low == 0 && s.High == 0 {
		s.High = 1
	}
	if err := s.validate(); err != nil {
		return nil, err
	}
	b := &Linear{spec: s, models: make([]ridge, s.Arms), x: make([]float64, s.Features), z: make([]float64, s.Features)}
	for i := range b.models {
		m := ridge{l: make([]float64, s.Features*s.Features), b: make([]float64, s.Features), t: make([]float64, s.Features)}
		for j := range s.Features {
			m.l[j*s.Features+j] = math.Sqrt(s.Ridge)
		}
		b.models[i] = m
	}
	return b, nil
}

func (s LinearSpec) validate() error {
	var problems []error
	wrong := func(bad bool, field, why string) {
		if bad {
			problems = append(problems, &SpecError{field, why})
		}
	}
	const most = 1 << 24
	wrong(s.Arms < 1 || s.Arms > maxArms, "arms", "it is not from 1 to 65,536")
	wrong(s.Features < 1 || s.Features > 1<<10 || s.Arms*s.Features*s.Features > most, "features", "there is none, or there are too many")
	wrong(s.Method > LinTS, "method", "it is not known")
	wrong(!(s.Exploration > 0 && s.Exploration <= 1e6), "exploration", "it is not above 0 and at most a million")
	wrong(!(s.Ridge >= 1e-9 && s.Ridge <= 1e9), "ridge", "it is not from 1e-9 to 1e9")
	wrong(!(s.Low < s.High) || math.IsInf(s.High-s.Low, 0), "low", fmt.Sprintf("%v to %v is no range", s.Low, s.High))
	return errors.Join(problems...)
}

// Select returns the arm to play in a context, from 0. A context that is too short, too long or not finite is a *RewardError with arm -1.
func (b *Linear) Select(context []float64, rng *rand.Rand) (int, error) {
	if why := b.unfit(context); why != "" {
		return -1, &RewardError{-1, why}
	}
	var best largest
	for i := range b.models {
		m := &b.models[i]
		index := dot(m.t, context)
		switch b.spec.Method {
		case LinUCB:
			index += b.spec.Exploration * b.width(m, context)
		case LinTS: // L⁻ᵀz has the covariance A⁻¹
			for j := range b.z {
				b.z[j] = rng.NormFloat64()
			}
			backward(m.l, b.z)
			index += b.spec.Exploration * dot(b.z, context)
		}
		best.offer(i, index, rng)
	}
	b.counts.Selected++
	return best.arm, nil
}

// Update takes the reward of an arm that was played in a context, in any order, however late, with a positive weight. A reward outside of the range is
// clipped and counted; what cannot be learned from is a *RewardError and changes nothing but a count.
func (b *Linear) Update(arm int, context []float64, reward, weight float64) error {
	why := b.unfit(context)
	switch {
	case arm < 0 || arm >= b.spec.Arms:
		why = "there is no such arm"
	case math.IsNaN(reward):
		why = "it is no number"
	case !(weight > 0) || weight > 1e12:
		why = "its weight is not above 0 and at most 1e12"
	}
	if why != "" {
		b.counts.Refused++
		return &RewardError{arm, why}
	}
	if reward < b.spec.Low || reward > b.spec.High {
		b.counts.Clipped++
		reward = min(max(reward, b.spec.Low), b.spec.High)
	}
	b.counts.Learned++
	m := &b.models[arm]
	m.n += weight
	root := math.Sqrt(weight)
	for j, x := range context {
		b.x[j] = root * x
		m.b[j] += weight * reward * x
	}
	rankOne(m.l, b.x)
	m.solve()
	return nil
}

func (b *Linear) unfit(context []float64) string {
	if len(context) != b.spec.Features {
		return fmt.Sprintf("its context has %d features of %d", len(context), b.spec.Features)
	}
	for _, x := range context {
		if !(math.Abs(x) <= 1e100) {
			return "its context has a feature that is no number, or beyond 1e100"
		}
	}
	return ""
}

// Predict returns the reward that is expected of an arm in a context, and the standard deviation of that under a posterior of variance 1; it panics for
// an arm that is none, or a context of another length.
func (b *Linear) Predict(arm int, context []float64) (mean, deviation float64) {
	m := &b.models[arm]
	return dot(m.t, context), b.width(m, context)
}

// Counts returns what the bandit has been told.
func (b *Linear) Counts() Counts { return b.counts }

// width is √(xᵀA⁻¹x).
func (b *Linear) width(m *ridge, x []float64) float64 {
	copy(b.z, x)
	forward(m.l, b.z)
	return math.Sqrt(dot(b.z, b.z))
}

func (m *ridge) solve() {
	copy(m.t, m.b)
	forward(m.l, m.t)
	backward(m.l, m.t)
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

// forward solves L·y = x in place.
func forward(l, x []float64) {
	d := len(x)
	for i := range d {
		row := l[i*d : i*d+i]
		x[i] = (x[i] - dot(row, x)) / l[i*d+i]
	}
}

// backward solves Lᵀ·y = x in place.
func backward(l, x []float64) {
	d := len(x)
	for i := d - 1; i >= 0; i-- {
		x[i] /= l[i*d+i]
		for j := range i {
			x[j] -= l[i*d+j] * x[i]
		}
	}
}

// rankOne makes L the factor of L·Lᵀ + x·xᵀ, and x something else.
func rankOne(l, x []float64) {
	d := len(x)
	for k := range d {
		a := l[k*d+k]
		r := math.Hypot(a, x[k])
		c, s := r/a, x[k]/a
		l[k*d+k] = r
		for i := k + 1; i < d; i++ {
			l[i*d+k] = (l[i*d+k] + s*x[i]) / c
			x[i] = c*x[i] - s*l[i*d+k]
		}
	}
}

// MarshalBinary returns the state, with the spec.
func (b *Linear) MarshalBinary() ([]byte, error) {
	w := frame.New("linear bandit", 1)
	s := b.spec
	w.Int(s.Arms)
	w.Int(s.Features)
	w.Uint(uint64(s.Method))
	for _, x := range []float64{s.Exploration, s.Ridge, s.Low, s.High} {
		w.Float(x)
	}
	for _, n := range []uint64{b.counts.Selected, b.counts.Learned, b.counts.Clipped, b.counts.Refused} {
		w.Uint(n)
	}
	for _, m := range b.models {
		w.Float(m.n)
		w.Floats(m.l)
		w.Floats(m.b)
	}
	return w.Done(), nil
}

// UnmarshalBinary restores a state with its spec, or changes nothing and returns what is wrong with it.
func (b *Linear) UnmarshalBinary(data []byte) error {
	r := frame.Open(data, "linear bandit", 1)
	s := LinearSpec{Arms: r.Int(1, maxArms), Features: r.Int(1, 1<<10), Method: LinearMethod(r.Uint(uint64(LinTS)))}
	s.Exploration, s.Ridge, s.Low, s.High = r.Float(), r.Float(), r.Float(), r.Float()
	counts := Counts{Selected: r.Uint(math.MaxUint64), Learned: r.Uint(math.MaxUint64), Clipped: r.Uint(math.MaxUint64), Refused: r.Uint(math.MaxUint64)}
	if r.OK() && len(data) < 8*s.Arms*s.Features*s.Features {
		r.Fail("it has less than its arms need")
	}
	if !r.OK() {
		return r.Done()
	}
	n, err := NewLinear(s)
	if err != nil {
		r.Fail("its spec: %v", err)
		return r.Done()
	}
	n.counts = counts
	for i := range n.models {
		m := &n.models[i]
		m.n = r.Between(0, math.MaxFloat64)
		l, xs := r.Floats(s.Features*s.Features), r.Floats(s.Features)
		if !r.OK() {
			break
		}
		m.l, m.b = l, xs
		for j := range s.Features {
			if m.l[j*s.Features+j] <= 0 {
				r.Fail("the precision of arm %d is none", i)
			}
		}
		m.solve()
	}
	if err := r.Done(); err != nil {
		return err
	}
	*b = *n
	return nil
}
