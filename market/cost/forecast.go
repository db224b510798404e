// SPDX-License-Identifier: Apache-2.0

package cost

import (
	"fmt"
	"math"
	"time"

	"mabeam.dev/market/money"
)

const (
	// bucket is what spending is counted by for forecasts.
	bucket = time.Minute
	// least is how many buckets a forecast needs.
	least = 8
	// levelWeight and trendWeight are how much of the news each smoothing takes.
	levelWeight, trendWeight = 0.2, 0.05
	// horizon is how many buckets ahead an exhaustion is looked for: two weeks.
	horizon = 14 * 24 * 60
	// confidence is how many standard deviations an interval has to each side: 90 %.
	confidence = 1.645
)

// pace follows how fast a node spends: linear exponential smoothing (level and trend) of the spending of each bucket.
type pace struct {
	began   bool
	at      int64   // the bucket that is being filled
	filling float64 // in micro-units
	n       int     // buckets that are full
	level   float64
	trend   float64
	errors  float64 // sum of the squares of the one-step errors, from the third bucket on
}

// add counts spending. Buckets without any are zeros, of which at most two weeks are gone through.
func (p *pace) add(now time.Time, a money.Amount) {
	p.advance(now)
	p.filling += float64(a)
}

// advance closes the buckets that are over.
func (p *pace) advance(now time.Time) {
	at := now.Unix() / int64(bucket/time.Second)
	if !p.began {
		p.began, p.at = true, at
	}
	if at-p.at > horizon {
		*p = pace{began: true, at: at} // what was two weeks ago says nothing of now
	}
	for ; p.at < at; p.at++ {
		p.full(p.filling)
		p.filling = 0
	}
}

// full takes in one bucket. The conversions keep products and sums apart, so that all machines round alike.
func (p *pace) full(x float64) {
	p.n++
	if p.n == 1 {
		p.level = x
		return
	}
	guess := p.level + p.trend
	e := x - guess
	if p.n > 2 {
		p.errors += float64(e * e)
	}
	p.level = guess + float64(levelWeight*e)
	p.trend += float64(float64(levelWeight*trendWeight) * e)
}

// Forecast is what a node will probably have spent at its limit's end.
type Forecast struct {
	Path string
	// PerHour is the present rate of spending; Low and High are where the spending of the next hour lies in 90 of 100 cases, if it goes on as it
	// has.
	PerHour, Low, High money.Amount
	// Exhausts is when what is left will be spent at that pace, Earliest when by the upper end of the interval. Zero means not within two
	// weeks.
	Exhausts, Earliest time.Time
}

// Forecast looks ahead from a time. ErrInsufficientData is returned for a node without a limit, or with fewer than eight minutes of history.
func (b *Book) Forecast(path string, now time.Time) (Forecast, error) {
	n := b.nodes[path]
	if n == nil || n.limit == nil {
		return Forecast{}, fmt.Errorf("cost: forecast for %q: no limit: %w", path, ErrInsufficientData)
	}
	f, minutes := n.forecast(now, horizon)
	if minutes < least {
		return Forecast{}, fmt.Errorf("cost: forecast for %q: %d minutes, want %d: %w", path, minutes, least, ErrInsufficientData)
	}
	f.Path = path
	return f, nil
}

// forecast looks some buckets ahead, an hour at least, and says on how many it rests.
func (n *node) forecast(now time.Time, ahead int) (f Forecast, rests int) {
	p := n.pace
	p.advance(now)
	if p.n < least {
		return f, p.n
	}
	left := float64(n.left())
	variance := p.errors / float64(p.n-2)
	var mean, spread float64
	for h := 1; h <= max(ahead, int(time.Hour/bucket)); h++ {
		mean += max(p.level+float64(float64(h)*p.trend), 0)
		m := float64(h - 1)
		s := 1 + float64(levelWeight*m) + float64(levelWeight*trendWeight*m*(m+1)/2) // weight in the sum of an error h-1 buckets before its end
		spread += float64(s * s)
		high := mean + float64(confidence*math.Sqrt(float64(variance*spread)))
		if h == int(time.Hour/bucket) {
			f.PerHour, f.Low, f.High = whole(mean), whole(max(mean-(high-mean), 0)), whole(high)
		}
		when := time.Unix((p.at+int64(h))*int64(bucket/time.Second), 0).UTC()
		if f.Earliest.IsZero() && high > 0 && high >= left {
			f.Earliest = when
		}
		if f.Exhausts.IsZero() && mean > 0 && mean >= left {
			f.Exhausts = when
		}
		if !f.Exhausts.IsZero() && h >= int(time.Hour/bucket) {
			break
		}
	}
	return f, p.n
}

// whole makes an amount of an estimate.
func whole(v float64) money.Amount {
	if v >= math.MaxInt64 {
		return money.Max
	}
	return money.Amount(v)
}
