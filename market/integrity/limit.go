// SPDX-License-Identifier: Apache-2.0

package integrity

import (
	"fmt"
	"math"
	"time"
)

// Rate is how fast bids may come.
type Rate struct {
	// PerMinute is how many bids a minute an identity may make on average: 10.
	PerMinute float64
	// Burst is how many it may make at once: 10.
	Burst float64
	// Owners says how many times as much all identities of one owner may make together: 1, so that another identity buys no more bids.
	Owners float64
}

// Limiter is a token bucket for each identity and one for each owner. A bid takes from both or from neither. It belongs to one process.
type Limiter struct {
	rate    Rate
	buckets map[bucketKey]bucket
}

type bucketKey struct {
	name  string
	owner bool
}

// bucket is lazy: tokens as they were at a time.
type bucket struct {
	tokens float64
	at     time.Time
}

// NewLimiter makes a limiter whose buckets are full. The error has every mistake.
func NewLimiter(r Rate) (*Limiter, error) {
	if r.PerMinute == 0 {
		r.PerMinute = 10
	}
	if r.Burst == 0 {
		r.Burst = 10
	}
	if r.Owners == 0 {
		r.Owners = 1
	}
	if !(r.PerMinute > 0) || !(r.Burst >= 1) || !(r.Owners >= 1) || math.IsInf(r.PerMinute+r.Burst+r.Owners, 1) {
		return nil, fmt.Errorf("integrity: rate %+v: want a positive rate, and a burst and a factor of 1 or more: %w", r, ErrInvalidRules)
	}
	return &Limiter{r, map[bucketKey]bucket{}}, nil
}

// Take lets one bid through or returns a *LimitedError with the wait. An empty owner is one that is not known, and only the identity counts.
func (l *Limiter) Take(identity, owner string, now time.Time) error {
	own := bucketKey{identity, false}
	mine := l.level(own, now, 1)
	if mine.tokens < 1 {
		return l.limited(identity, mine.tokens, 1)
	}
	if owner != "" {
		all := bucketKey{owner, true}
		theirs := l.level(all, now, l.rate.Owners)
		if theirs.tokens < 1 {
			return l.limited(owner, theirs.tokens, l.rate.Owners)
		}
		theirs.tokens--
		l.buckets[all] = theirs
	}
	mine.tokens--
	l.buckets[own] = mine
	return nil
}

// level is a bucket as it is now. A clock that goes backwards fills nothing.
func (l *Limiter) level(k bucketKey, now time.Time, factor float64) bucket {
	b, ok := l.buckets[k]
	if !ok {
		return bucket{l.rate.Burst * factor, now}
	}
	if age := now.Sub(b.at); age > 0 {
		b.tokens = min(l.rate.Burst*factor, b.tokens+age.Minutes()*l.rate.PerMinute*factor)
		b.at = now
	}
	return b
}

func (l *Limiter) limited(who string, tokens, factor float64) error {
	wait := (1 - tokens) / (l.rate.PerMinute * factor) * float64(time.Minute)
	return &LimitedError{who, time.Duration(math.Ceil(wait))}
}

// Prune forgets buckets that are full again and returns how many; it changes no answer.
func (l *Limiter) Prune(now time.Time) int {
	n := 0
	for k := range l.buckets {
		factor := 1.0
		if k.owner {
			factor = l.rate.Owners
		}
		if l.level(k, now, factor).tokens >= l.rate.Burst*factor {
			delete(l.buckets, k)
			n++
		}
	}
	return n
}

// Bursting tests whether so many bids in a span fit a usual rate, and returns a finding if that is less likely than a thousandth.
func Bursting(who string, bids int, span time.Duration, usualPerMinute float64, at time.Time) (Finding, bool) {
	mean := usualPerMinute * span.Minutes()
	p := poisson(bids, mean)
	if !(mean > 0) || p >= 1e-3 {
		return Finding{}, false
	}
	score := 1 - mean/float64(bids)
	return Finding{
		Kind: Burst, Version: 1, Subjects: []string{who}, Score: score, P: p, Severity: min(Throttle, severity(score, p)),
		Evidence: []Exhibit{{"bids", float64(bids), mean}}, At: at,
	}, true
}
