// SPDX-License-Identifier: Apache-2.0

package bandit

import (
	"math"
	"math/rand/v2"

	"mabeam.dev/cognitive/detect"
	"mabeam.dev/cognitive/internal/frame"
)

// The one setting of Auto, besides that of sharp. It was tuned on worlds made for that, none of which is in the tests or benchmarks.
const (
	// doubtful is the number of plays at which posteriors are half as much sharper as they get: there is a rule of its own for arms that are not played.
	doubtful = 30
	// suspicion is how probable a change is at each report of an arm, before the report is looked at.
	suspicion = 0.0003
	// suspicionAfter is what each seen change adds to that, divided by the steps there were.
	suspicionAfter = 2
	// rising is the part of that which is left where an arm that is not the best seems to rise: a second look is the cheaper way to find out.
	rising = 0.3
	// certain is the odds at which a change is taken for true.
	certain = 80
	// again is the log-likelihood ratio, in nats, at which an arm that seems to have become the best is looked at once more at once.
	again = 1.2
	// due is how much an arm may have become the best in a step without being looked at: an arm is due when the steps since its last play, times
	// this, are its divergence from the best. The clearer an arm is worse, the more rarely it is looked at.
	due = 0.0001
	// dueAfter is what each seen change adds to due, divided by the steps there were.
	dueAfter = 0.3
	// staleAfter is what each seen change adds to the probability that an arm changes in a step, divided by the steps there were.
	staleAfter = 0.1
	// memory is how much is left of what was known of the other arms when one has changed.
	memory = 5
	// settled is the number of steps that is added to those there were, so that the first change does not count for much more than others.
	settled = 100
	// mostStale bounds the probability of a change in a step.
	mostStale = 0.02
)

// watchful is Thompson sampling that doubts. Of each arm it knows the most likely moment of a change and how probable that is: it samples from what
// came after with that probability. An arm that was not played for long is looked at the more often the more changes there were; one that seems to
// have become the best is looked at again at once, so that a change is believed or forgotten within a few plays.
type watchful struct {
	arms []watched
	step float64 // reports so far
	seen uint64  // changes so far
	look int     // one more than the arm to look at again, or 0
}

// watched is one arm.
type watched struct {
	history  *detect.GLR
	n, sum   float64 // all that is remembered
	n1, sum1 float64 // what of it came after its most likely change
	doubt    float64 // how probable that change is
	last     float64 // step of its last report
}

func newWatchful(s Spec) *watchful {
	p := &watchful{arms: make([]watched, s.Arms)}
	for i := range p.arms {
		p.arms[i].history, _ = detect.NewGLR(detect.GLRSpec{}) // the zero spec is valid
	}
	return p
}

func (a *watched) mean() float64 {
	if a.n <= 0 {
		return 0.5
	}
	return a.sum / a.n
}

// best is the arm with the best mean, of those that were played.
func (p *watchful) best() (best int) {
	top := -1.0
	for i := range p.arms {
		if a := &p.arms[i]; a.n > 0 && a.sum > top*a.n {
			best, top = i, a.mean()
		}
	}
	return best
}

// perStep is a rate of seen changes.
func (p *watchful) perStep(each float64) float64 { return each * float64(p.seen) / (p.step + settled) }

func (p *watchful) choose(rng *rand.Rand) int {
	if p.look > 0 {
		arm := p.look - 1
		p.look = 0
		return arm
	}
	if arm := p.overdue(); arm >= 0 {
		return arm
	}
	var best largest
	hazard := min(p.perStep(staleAfter), mostStale)
	for i := range p.arms {
		a := &p.arms[i]
		n, sum := a.n, a.sum
		switch stale, u := hazard*(p.step-a.last), rng.Float64(); {
		case u < stale:
			n, sum = 0, 0
		case u < stale+a.doubt:
			n, sum = a.n1, a.sum1
		}
		best.offer(i, sharp(n, sum, doubtful, rng), rng)
	}
	return best.arm
}

// overdue returns an arm that must be looked at, or -1.
func (p *watchful) overdue() int {
	best := p.best()
	top := (p.arms[best].sum + 0.5) / (p.arms[best].n + 1)
	rate := due + p.perStep(dueAfter)
	for i := range p.arms {
		a := &p.arms[i]
		waited := p.step - a.last
		if i == best || a.n <= 0 || waited <= soon {
			continue
		}
		if mean := (a.sum + 0.5) / (a.n + 1); mean < top && (a.n < few || waited*rate > divergence(mean, top)) {
			return i
		}
	}
	return -1
}

func (p *watchful) learn(arm int, reward, weight float64) {
	p.step++
	a := &p.arms[arm]
	a.last = p.step
	a.history.Add(reward, weight)
	a.n, a.sum = a.history.Total()
	s := a.history.Split()
	a.n1, a.sum1, a.doubt = s.AfterWeight, s.AfterSum, 0
	if s.AfterWeight <= 0 {
		return
	}
	// The ratio takes the best means; the root is what it costs on average to have chosen them.
	odds := (suspicion + p.perStep(suspicionAfter)) * math.Exp(min(s.Ratio, 100)) / math.Sqrt(1+s.BeforeWeight*s.AfterWeight/(a.n+1))
	if s.AfterSum*s.BeforeWeight > s.BeforeSum*s.AfterWeight {
		odds *= rising
	}
	if odds >= certain {
		p.believe(arm, s)
		return
	}
	a.doubt = odds / (1 + odds)
	if s.Ratio > again {
		top := 0.0
		for i := range p.arms {
			if o := &p.arms[i]; i != arm && o.n > 0 {
				top = max(top, o.mean())
			}
		}
		if a.sum1 > top*a.n1 && a.sum < top*a.n {
			p.look = arm + 1
		}
	}
}

// believe takes a change for true: the arm keeps what came after it, and of the others little is left, for who changed one may have changed all.
func (p *watchful) believe(arm int, s detect.Split) {
	p.seen++
	a := &p.arms[arm]
	a.history.Cut(s)
	a.n, a.sum, a.doubt = s.AfterWeight, s.AfterSum, 0
	for i := range p.arms {
		if o := &p.arms[i]; i != arm && o.n > memory {
			mean := o.mean()
			o.history.Believe(memory, mean)
			o.n, o.sum, o.doubt = memory, memory*mean, 0
		}
	}
}

func (p *watchful) estimate(arm int) Estimate { return Estimate{p.arms[arm].mean(), p.arms[arm].n} }

func (p *watchful) changes() uint64 { return p.seen }

func (p *watchful) write(w *frame.Writer) {
	w.Float(p.step)
	w.Uint(p.seen)
	w.Uint(uint64(p.look))
	for _, a := range p.arms {
		state, _ := a.history.MarshalBinary() // it has no error
		w.Blob(state)
		for _, x := range []float64{a.n, a.sum, a.n1, a.sum1, a.doubt, a.last} {
			w.Float(x)
		}
	}
}

func (p *watchful) read(r *frame.Reader) {
	p.step, p.seen, p.look = r.Between(0, math.MaxFloat64), r.Uint(math.MaxUint64), int(r.Uint(uint64(len(p.arms))))
	for i := range p.arms {
		a := &p.arms[i]
		readPart(r, a.history)
		a.n = r.Between(0, math.MaxFloat64)
		a.sum = r.Between(0, a.n*(1+1e-9))
		a.n1 = r.Between(0, math.MaxFloat64)
		a.sum1 = r.Between(0, a.n1*(1+1e-9))
		a.doubt, a.last = r.Between(0, 1), r.Between(0, p.step)
	}
}
