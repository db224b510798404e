// SPDX-License-Identifier: Apache-2.0

package bandit

import (
	"math"
	"math/rand/v2"

	"mabeam.dev/cognitive/internal/frame"
)

// Bandit chooses among arms and learns from rewards. It belongs to one owner.
type Bandit struct {
	spec   Spec
	policy policy
	counts Counts
	arms   []Arm
	asked  []uint64 // by arm, how often it was chosen
}

// policy is a method at work. Rewards are from 0 to 1, weights positive.
type policy interface {
	// choose returns an arm; it is asked only when each arm was chosen once, unless it samples.
	choose(rng *rand.Rand) int
	learn(arm int, reward, weight float64)
	estimate(arm int) Estimate
	write(w *frame.Writer)
	read(r *frame.Reader)
}

// Counts are what a bandit has been told.
type Counts struct {
	// Selected is how often an arm was chosen, and Learned how many rewards were taken.
	Selected, Learned uint64
	// Clipped is how many of the taken rewards were outside the declared range, and Refused how many were not taken at all.
	Clipped, Refused uint64
	// Changes is how often a method that watches for changes has seen one.
	Changes uint64
}

// Arm is what was reported of one arm since the beginning.
type Arm struct {
	// Weight is the sum of the weights, and Mean the weighted mean of the rewards, clipped; 0 where there are none.
	Weight, Mean float64
}

// Estimate is what a method believes of an arm now.
type Estimate struct {
	// Mean is the believed reward in the declared range, the middle of the range where nothing is known.
	Mean float64
	// Weight is how much it rests on: the reports that still count.
	Weight float64
}

// New checks the spec and returns a bandit that knows nothing; the error joins all mistakes, each a *SpecError.
func New(s Spec) (*Bandit, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	s = s.withDefaults()
	return &Bandit{spec: s, policy: newPolicy(s), arms: make([]Arm, s.Arms), asked: make([]uint64, s.Arms)}, nil
}

// newPolicy is where a method becomes a policy; the spec is valid.
func newPolicy(s Spec) policy {
	switch s.Method {
	case Auto:
		return newWatchful(s)
	case Stationary:
		return newSteady(s)
	case Greedy:
		return &greedy{tally: newTally(s.Arms)}
	case EpsilonGreedy:
		return &greedy{newTally(s.Arms), s.Epsilon}
	case UCB1, UCBTuned, KLUCB, MOSS:
		return newIndexed(s)
	case Thompson:
		return &thompson{tally: newTally(s.Arms), discount: 1}
	case DiscountedThompson:
		return &thompson{newTally(s.Arms), s.Discount}
	case ThompsonNormal:
		return &normal{newTally(s.Arms)}
	case EXP3:
		return newExp3(s)
	case SlidingUCB:
		return newSliding(s)
	case DiscountedUCB:
		return &discounted{newTally(s.Arms), s.Discount, s.Exploration}
	case RestartThompson, RestartKLUCB:
		return newRestart(s)
	}
	panic("bandit: a valid spec has no policy: " + s.Method.String())
}

// Spec returns the spec with its defaults filled in.
func (b *Bandit) Spec() Spec { return b.spec }

// Select returns the arm to play next, from 0. With a deterministic method the first plays take the arms in order; ties are broken by rng, so
// that the same state and the same generator give the same arm. Any number of arms may be selected before the first reward comes.
func (b *Bandit) Select(rng *rand.Rand) int {
	arm := -1
	if b.spec.Method.inOrder() && b.counts.Selected < uint64(b.spec.Arms) {
		arm = int(b.counts.Selected)
	} else {
		arm = b.policy.choose(rng)
	}
	b.counts.Selected++
	b.asked[arm]++
	return arm
}

// inOrder tells whether a method begins with each arm once.
func (m Method) inOrder() bool {
	switch m {
	case Thompson, DiscountedThompson, EXP3, Auto, Stationary, RestartThompson:
		return false
	}
	return true
}

// Update takes the reward of an arm, in any order, however late, with a positive weight: 3 stands for three equal rewards. A reward outside the
// range is clipped and counted; one that is no number, or is of no arm, is a *RewardError and changes nothing but a count.
func (b *Bandit) Update(arm int, reward, weight float64) error {
	why := ""
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
	a := &b.arms[arm]
	a.Weight += weight
	a.Mean += (reward - a.Mean) * (weight / a.Weight)
	unit := (reward - b.spec.Low) / (b.spec.High - b.spec.Low)
	b.policy.learn(arm, min(max(unit, 0), 1)+0, weight) // + 0 makes -0 a 0
	return nil
}

// Arm returns what was reported of an arm since the beginning; it panics for an arm that is none.
func (b *Bandit) Arm(arm int) Arm { return b.arms[arm] }

// Estimate returns what the method believes of an arm now; it panics for an arm that is none.
func (b *Bandit) Estimate(arm int) Estimate {
	e := b.policy.estimate(arm)
	e.Mean = b.spec.Low + e.Mean*(b.spec.High-b.spec.Low)
	return e
}

// Best returns the arm with the largest estimate, the first of equals.
func (b *Bandit) Best() int {
	best := 0
	for i := range b.arms {
		if b.policy.estimate(i).Mean > b.policy.estimate(best).Mean {
			best = i
		}
	}
	return best
}

// Counts returns what the bandit has been told.
func (b *Bandit) Counts() Counts {
	c := b.counts
	if w, ok := b.policy.(interface{ changes() uint64 }); ok {
		c.Changes = w.changes()
	}
	return c
}

// MarshalBinary returns the state, with the spec.
func (b *Bandit) MarshalBinary() ([]byte, error) {
	w := frame.New("bandit", 1)
	b.spec.write(w)
	for _, n := range []uint64{b.counts.Selected, b.counts.Learned, b.counts.Clipped, b.counts.Refused} {
		w.Uint(n)
	}
	for i, a := range b.arms {
		w.Float(a.Weight)
		w.Float(a.Mean)
		w.Uint(b.asked[i])
	}
	b.policy.write(w)
	return w.Done(), nil
}

// UnmarshalBinary restores a state with its spec, or changes nothing and returns what is wrong with it.
func (b *Bandit) UnmarshalBinary(data []byte) error {
	r := frame.Open(data, "bandit", 1)
	n := Bandit{spec: readSpec(r)}
	n.counts = Counts{Selected: r.Uint(math.MaxUint64), Learned: r.Uint(math.MaxUint64), Clipped: r.Uint(math.MaxUint64), Refused: r.Uint(math.MaxUint64)}
	if r.OK() && len(data) < 17*n.spec.Arms {
		r.Fail("it has less than its arms need")
	}
	if !r.OK() {
		return r.Done()
	}
	n.arms, n.asked = make([]Arm, n.spec.Arms), make([]uint64, n.spec.Arms)
	for i := range n.arms {
		n.arms[i] = Arm{r.Between(0, math.MaxFloat64), r.Between(n.spec.Low, n.spec.High)}
		if n.arms[i].Weight == 0 && r.OK() {
			n.arms[i].Mean = 0
		}
		n.asked[i] = r.Uint(math.MaxUint64)
	}
	n.policy = newPolicy(n.spec)
	n.policy.read(r)
	if err := r.Done(); err != nil {
		return err
	}
	*b = n
	return nil
}
