// SPDX-License-Identifier: Apache-2.0

package adapt

import (
	"fmt"
	"math"
	"time"
)

// Problem is a state that should not be: what is reported of a metric lies beyond a level for some cycles in a row.
type Problem struct {
	// Name is what it is called: "high latency".
	Name string
	// Metric is what is judged, by its mean over a cycle unless another field says otherwise.
	Metric string
	// Quantile, from 0 to 1, judges that quantile of a cycle instead: 0.95 is the p95. 0 means the mean.
	Quantile float64
	// Rate judges the sum of the metric per second: what is spent. Sure judges the end of the interval of the mean that speaks against the problem, so that few reports raise none.
	Rate, Sure bool
	// Above and Below raise it; NaN does not. Clear is the level at which it is over, on the other side of either.
	Above, Below, Clear float64
	// For is how many cycles in a row raise it; 0 means 3.
	For int
	// First is what is tried first. Next is tried when the problem is still there For cycles after it was, or there is nothing to try there.
	First, Next Action
}

// Action is what helps against a problem. The zero value is none: the problem is told, and that is all.
type Action struct {
	// Field is the field of a group; empty means the variable itself.
	Field string
	// Direction is where a number is moved by one step: +1 or −1.
	Direction int
	// Option is the choice that is tried.
	Option string
	// Balance moves weight from the field that is loaded most to the one that is loaded least: in a group with Goals.Loads.
	Balance bool
	// Escalate asks others for what the machine cannot do: a larger team, a decision. It is told as Note "escalated" with this text.
	Escalate string
}

func (a Action) none() bool { return a == Action{} }

// does reports whether an action is one that the machine can do itself.
func (a Action) does() bool { return a.Direction != 0 || a.Option != "" || a.Balance }

// HighLatency is a p95 above its ceiling for three cycles; it is over at nine tenths of that.
func HighLatency(metric string, ceiling float64, first, next Action) Problem {
	return Problem{Name: "high latency", Metric: metric, Quantile: 0.95, Above: ceiling, Below: math.NaN(), Clear: 0.9 * ceiling, First: first, Next: next}
}

// LowQuality is a mean that is surely below its floor; it is over when the mean is there again.
func LowQuality(metric string, floor float64, first, next Action) Problem {
	return Problem{Name: "low quality", Metric: metric, Sure: true, Above: math.NaN(), Below: floor, Clear: floor, First: first, Next: next}
}

// HighCost is more spent per second than the plan; it is over at nine tenths of that.
func HighCost(metric string, perSecond float64, first, next Action) Problem {
	return Problem{Name: "high cost", Metric: metric, Rate: true, Above: perSecond, Below: math.NaN(), Clear: 0.9 * perSecond, First: first, Next: next}
}

// Bottleneck is a utilisation above 0.85; it is over at 0.75.
func Bottleneck(metric string, first, next Action) Problem {
	return Problem{Name: "bottleneck", Metric: metric, Above: 0.85, Below: math.NaN(), Clear: 0.75, First: first, Next: next}
}

// Imbalanced is a greatest load of more than 1.5 times the mean one; it is over at 1.2.
func Imbalanced(metric string, first, next Action) Problem {
	return Problem{Name: "imbalance", Metric: metric, Above: 1.5, Below: math.NaN(), Clear: 1.2, First: first, Next: next}
}

// check tells every mistake.
func (p Problem) check(wrong func(format string, args ...any)) {
	if p.Name == "" || p.Metric == "" || math.IsNaN(p.Above) == math.IsNaN(p.Below) {
		wrong("problem %q needs a metric and one level", p.Name)
	}
	if math.IsNaN(p.Clear) || p.Clear > p.Above || p.Clear < p.Below {
		wrong("problem %q is over at %v, which is beyond its level", p.Name, p.Clear)
	}
	if !(p.Quantile >= 0 && p.Quantile < 1) || p.For < 0 {
		wrong("problem %q has a quantile of %v, for %d cycles", p.Name, p.Quantile, p.For)
	}
	if p.Rate && (p.Sure || p.Quantile > 0) || p.Sure && p.Quantile > 0 {
		wrong("problem %q is judged in two ways", p.Name)
	}
	for _, a := range []Action{p.First, p.Next} {
		if a.Direction < -1 || a.Direction > 1 || a.Direction != 0 && a.Option != "" {
			wrong("problem %q: an action moves by 1, −1 or to an option", p.Name)
		}
	}
}

// pain is the state of a problem.
type pain struct {
	Cycle  tally   // reports of the cycle
	Beyond float64 // their weight that is beyond the level
	Uneasy float64 // their weight that is not on the clear side of the other one
	Bad    int     // cycles in a row that raise it
	Since  int     // cycles since it is there
	Raised bool
	Tried  bool // the first action was, or cannot be
	Second bool // the first action did not help
}

// add takes a report in.
func (p *pain) add(d *Problem, x, weight float64) {
	p.Cycle.add(x, weight)
	if x > d.Above || x < d.Below {
		p.Beyond += weight
	}
	if !math.IsNaN(d.Above) && x > d.Clear || !math.IsNaN(d.Below) && x < d.Clear {
		p.Uneasy += weight
	}
}

// judge closes a cycle that took some time: whether the problem raises it, and whether it is over.
func (p *pain) judge(d *Problem, took time.Duration, alpha float64) (bad, clear bool, got float64) {
	n := p.Cycle.N
	got = p.Cycle.Mean
	switch {
	case d.Quantile > 0: // how many are beyond a level tells on which side of it a quantile lies
		share := 1 - d.Quantile
		if !math.IsNaN(d.Below) {
			share = d.Quantile
		}
		return p.Beyond > share*n, p.Uneasy <= share*n, got
	case d.Rate:
		got *= n / max(took.Seconds(), 1e-3)
	case d.Sure:
		mean, half := meanOf(&p.Cycle, alpha)
		bad = mean-half > d.Above || mean+half < d.Below
		return bad, !math.IsNaN(d.Above) && mean <= d.Clear || !math.IsNaN(d.Below) && mean >= d.Clear, got
	}
	return got > d.Above || got < d.Below, !math.IsNaN(d.Above) && got <= d.Clear || !math.IsNaN(d.Below) && got >= d.Clear, got
}

// diagnose closes the cycle of every problem. The first that is there, and has a remedy, is the hint for what to try.
func (m *Machine) diagnose(at time.Time) (out []Effect, hint *remedy) {
	took := at.Sub(m.Cycled)
	m.Cycled = at
	for i := range m.Pains {
		p, d := &m.Pains[i], &m.s.Problems[i]
		if p.Cycle.N == 0 {
			continue
		}
		bad, clear, got := p.judge(d, took, m.s.Alpha)
		p.Cycle, p.Beyond, p.Uneasy = tally{}, 0, 0
		long := d.For
		if long == 0 {
			long = 3
		}
		switch {
		case p.Raised && clear:
			*p = pain{}
			out = append(out, Note{"cleared", d.Name})
		case p.Raised:
			if p.Tried || !d.First.does() {
				p.Since++
			}
			if p.Since >= long && !p.Second && m.Phase == observing && !d.Next.none() {
				p.Second, p.Since = true, 0
				out = append(out, m.escalate(d, d.Next)...)
			}
		case !bad:
			p.Bad = 0
		default:
			if p.Bad++; p.Bad >= long {
				p.Raised = true
				m.Stale, m.Pace = 0, 0
				out = append(out, Note{"problem", fmt.Sprintf("%s: %s is %.4g", d.Name, d.Metric, got)})
				out = append(out, m.escalate(d, d.First)...)
			}
		}
		if p.Raised && hint == nil {
			hint = newRemedy(d, i, p.Second)
		}
	}
	return out, hint
}

// escalate tells others what they could do.
func (m *Machine) escalate(d *Problem, a Action) []Effect {
	if a.Escalate == "" {
		return nil
	}
	return []Effect{Note{"escalated", d.Name + ": " + a.Escalate}}
}

// remedy is what is to be tried against a problem: the actions that are left, in order.
type remedy struct {
	of      string
	problem int
	actions []Action
}

func newRemedy(d *Problem, i int, second bool) *remedy {
	r := &remedy{of: d.Name, problem: i}
	for _, a := range []Action{d.First, d.Next} {
		if a.does() {
			r.actions = append(r.actions, a)
		}
	}
	if second && len(r.actions) == 2 {
		r.actions[0], r.actions[1] = r.actions[1], r.actions[0]
	}
	if len(r.actions) == 0 {
		return nil
	}
	return r
}
