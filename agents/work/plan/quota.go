// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"fmt"
	"math"
	"time"
)

// Quota bounds how much is done at once and how fast attempts begin. Its zero value is no bound. A restart of the queue begins with a full allowance.
type Quota struct {
	Concurrency int     // Concurrency is the number of attempts at once, those included that were recalled and not let go; 0 = no bound.
	Rate        float64 // Rate is the number of attempts that may begin in a second, in the long run; 0 = no bound.
	Burst       int     // Burst is the number that may begin together after a rest; 0 = as many as in a second, at least one.
}

// fastest and slowest bound a rate: one in three years, and one in a nanosecond.
const (
	slowest = 1e-8
	fastest = 1e9
)

func (s Quota) check(key string, bad func(key, reason string, args ...any)) {
	if s.Concurrency < 0 {
		bad(key+".concurrency", "is %d, want 0 or more", s.Concurrency)
	}
	if s.Rate != 0 && !(s.Rate >= slowest && s.Rate <= fastest) {
		bad(key+".rate", "is %v, want 0 or %v to %v", s.Rate, slowest, fastest)
	}
	if s.Burst < 0 || s.Burst > 1_000_000 {
		bad(key+".burst", "is %d, want 0 to 1000000", s.Burst)
	}
}

// pace is a token bucket. All it remembers is the moment at which the bucket is full again, so that time needs not to be told to it.
type pace struct {
	each  time.Duration // one token comes in that time; 0 = no bound
	slack time.Duration // how long all tokens but one take to come
	full  Instant
}

func newPace(s Quota) pace {
	if s.Rate == 0 {
		return pace{}
	}
	each := max(1, time.Duration(float64(time.Second)/s.Rate))
	burst := s.Burst
	if burst == 0 {
		burst = max(1, int(min(s.Rate, 1_000_000)))
	}
	slack := time.Duration(math.MaxInt64 / 4)
	if burst == 1 || each < slack/time.Duration(burst-1) {
		slack = each * time.Duration(burst-1)
	}
	return pace{each: each, slack: slack}
}

// next is when a token will be there; zero means there is one.
func (p *pace) next(now Instant) Instant {
	// A bucket is never further from full than empty. It seems to be when the clock was set back, which must not cost more than one refill.
	p.full = min(p.full, now.Add(p.slack+p.each))
	if at := p.full - Instant(p.slack); p.each > 0 && at > now {
		return at
	}
	return 0
}

// take uses a token up and tells when the next will be there.
func (p *pace) take(now Instant) Instant {
	if p.each == 0 {
		return 0
	}
	p.full = max(p.full, now).Add(p.each)
	return p.next(now)
}

// gate is a kind of tasks with a quota.
type gate struct {
	kind  string
	most  int // attempts at once; 0 = no bound
	held  int
	pace  pace
	rest  Instant // until then the pace lets none begin; 0 = it does not hold back
	lanes map[*lane]bool
}

func newGate(kind string, s Quota) *gate {
	return &gate{kind: kind, most: s.Concurrency, pace: newPace(s), lanes: map[*lane]bool{}}
}

func (g *gate) open() bool { return g.rest == 0 && (g.most == 0 || g.held < g.most) }

// why says what a closed gate waits for.
func (g *gate) why() string {
	if g.most > 0 && g.held >= g.most {
		return fmt.Sprintf("kind %q is at its limit of %d at once", g.kind, g.most)
	}
	return fmt.Sprintf("kind %q is at its rate", g.kind)
}

// occupy counts attempts of a kind, and brings the lanes in line. The order of the lanes does not matter: each is looked at for itself.
func (q *Queue) occupy(g *gate, n int) {
	if g == nil {
		return
	}
	g.held += n
	for l := range g.lanes {
		q.settle(l)
	}
}

// keepPace remembers the pace of an agent that has gone: a new life is not a new allowance. Paces that are full again are as good as none.
func (q *Queue) keepPace(w *worker) {
	if w.pace.full == 0 {
		return
	}
	if len(q.paces) >= mostScores {
		for id, p := range q.paces {
			if p.full <= w.pace.full-Instant(p.slack) {
				delete(q.paces, id)
			}
		}
	}
	q.paces[w.agent.ID] = w.pace
}

// rested lets go what a rate has held back long enough.
func (q *Queue) rested(now Instant) {
	for q.resting.len() > 0 {
		w := q.resting.items[0]
		if w.rest > now && w.pace.next(now) == w.rest {
			break
		}
		q.resting.remove(0)
		if w.rest = w.pace.next(now); w.rest != 0 {
			q.resting.push(w)
			break // the clock was set back: the others are looked at when this one is due
		}
		q.refresh(w)
	}
	for _, g := range q.gates {
		if g.rest == 0 {
			continue
		}
		if g.rest = g.pace.next(now); g.rest == 0 {
			q.occupy(g, 0)
		}
	}
}

// nextRest is when the first of them will be let go; zero = never.
func (q *Queue) nextRest() Instant {
	var next Instant
	if q.resting.len() > 0 {
		next = q.resting.items[0].rest
	}
	for _, g := range q.gates {
		next = sooner(next, g.rest)
	}
	return next
}
