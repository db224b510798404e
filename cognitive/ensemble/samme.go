// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"fmt"
	"math"

	"mabeam.dev/cognitive/internal/frame"
)

// Booster is SAMME, boosting for several classes: it tells which cases the next weak member should mind, and weighs each member by its error on
// them.
type Booster struct {
	classes int
	truth   []int
	weights []float64
	alphas  []float64
	done    bool
}

// NewBooster begins with equal weights of the cases.
func NewBooster(classes int, truth []int) (*Booster, error) {
	o := Outcomes{Classes: classes, Truth: truth, Probabilities: [][][]float64{Labels(max(classes, 0), truth)}}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	b := &Booster{classes: classes, truth: truth, weights: make([]float64, len(truth))}
	for i := range b.weights {
		b.weights[i] = 1 / float64(len(truth))
	}
	return b, nil
}

// Weights returns the weights of the cases for the next member; their sum is 1. The caller must not change them.
func (b *Booster) Weights() []float64 { return b.weights }

// Done reports whether boosting has ended: a member made no error, or was no better than chance.
func (b *Booster) Done() bool { return b.done }

// Add weighs the next member by what it says of all cases. It returns its weighted error e and its weight ln((1-e)/e) + ln(K-1). A member without
// error gets weight 1 if it is the first, else the largest weight there is, and ends the boosting; one with e >= 1 - 1/K is not taken, weighs 0,
// and ends it too.
func (b *Booster) Add(labels []int) (e, alpha float64, err error) {
	if b.done {
		return 0, 0, &SpecError{"booster", "it is done"}
	}
	if len(labels) != len(b.truth) {
		return 0, 0, &SpecError{"labels", fmt.Sprintf("%d labels for %d cases", len(labels), len(b.truth))}
	}
	total := 0.0
	for i, l := range labels {
		total += b.weights[i]
		if l != b.truth[i] {
			e += b.weights[i]
		}
	}
	e /= total
	k := float64(b.classes)
	switch {
	case e <= 0:
		b.done, alpha = true, 1
		for _, a := range b.alphas {
			alpha = max(alpha, a)
		}
		b.alphas = append(b.alphas, alpha)
		return 0, alpha, nil
	case e >= 1-1/k:
		b.done = true
		return e, 0, nil
	}
	alpha = math.Log((1-e)/e) + math.Log(k-1)
	sum := 0.0
	for i, l := range labels {
		if l != b.truth[i] {
			b.weights[i] *= math.Exp(alpha)
		}
		sum += b.weights[i]
	}
	for i := range b.weights {
		b.weights[i] /= sum
	}
	b.alphas = append(b.alphas, alpha)
	return e, alpha, nil
}

// Members returns the weights of the members that were taken, in their order.
func (b *Booster) Members() []float64 { return b.alphas }

// Predict combines what the members that were taken say of one case: the class with the largest sum of weights, the lowest of equals.
func (b *Booster) Predict(labels []int) int {
	winner, _ := Vote(b.alphas, labels, b.classes)
	return winner
}

// MarshalBinary returns the state.
func (b *Booster) MarshalBinary() ([]byte, error) {
	w := frame.New("samme", 1)
	w.Int(b.classes)
	w.Bool(b.done)
	w.Floats(b.weights)
	for _, t := range b.truth {
		w.Uint(uint64(t))
	}
	w.Uint(uint64(len(b.alphas)))
	for _, a := range b.alphas {
		w.Float(a)
	}
	return w.Done(), nil
}

// UnmarshalBinary restores a state, or changes nothing and returns what is wrong with it.
func (b *Booster) UnmarshalBinary(data []byte) error {
	r := frame.Open(data, "samme", 1)
	n := Booster{classes: r.Int(2, maxClasses), done: r.Bool()}
	cases := r.Count(math.MaxInt32, 8)
	sum := 0.0
	for range cases {
		n.weights = append(n.weights, r.Between(0, 1))
		sum += n.weights[len(n.weights)-1]
	}
	for range cases {
		n.truth = append(n.truth, int(r.Uint(uint64(max(n.classes-1, 0)))))
	}
	for range r.Count(math.MaxInt32, 8) {
		n.alphas = append(n.alphas, r.Between(0, 1e6))
	}
	if r.OK() && math.Abs(sum-1) > 1e-6 {
		r.Fail("the weights of its cases do not add up to 1")
	}
	if err := r.Done(); err != nil {
		return err
	}
	*b = n
	return nil
}

// maxClasses bounds what a state may make anybody allocate.
const maxClasses = 1 << 16
