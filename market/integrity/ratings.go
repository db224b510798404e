// SPDX-License-Identifier: Apache-2.0

package integrity

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Rated is a rating beside what was measured of the same deal.
type Rated struct {
	// Deal is the settled transaction.
	Deal string
	// From rated To.
	From, To string
	// Rating is what was said, Outcome what was measured independently; both 0 to 1.
	Rating, Outcome float64
	// At is when.
	At time.Time
}

// RatingRules are the limits of the detectors of false ratings; zero fields are the defaults.
type RatingRules struct {
	// MinRatings is how many ratings there are before anybody is judged by them: 8.
	MinRatings int
	// Bias is the least mean difference from what was measured: 0.2.
	Bias float64
	// P is the most likely that chance explains it, after correction: 0.001.
	P float64
}

// Ratings finds raters who say less than was measured (Slander), and pairs who say more of each other (Praise). Only the difference from what was
// measured independently counts. That two raters agree, or rate each other well because the work was good, is nothing.
//
// The test is of the mean difference against 0, with the deviation of the differences but at least 0.1, as a normal variable; it is corrected
// for all raters, or pairs, that were examined.
func Ratings(ratings []Rated, rules RatingRules) []Finding {
	set(&rules.MinRatings, 8)
	set(&rules.Bias, .2)
	set(&rules.P, 1e-3)
	by, of := map[string]*opinions{}, map[[2]string]*opinions{}
	var end time.Time
	// Sums of floating point depend on the order, and findings must not.
	for _, r := range slices.SortedFunc(slices.Values(ratings), func(a, b Rated) int {
		return cmp.Or(cmp.Compare(a.Deal, b.Deal), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	}) {
		take(by, r.From, r)
		take(of, [2]string{r.From, r.To}, r)
		if r.At.After(end) {
			end = r.At
		}
	}
	var found []Finding
	for who, o := range by {
		p := o.chance(-1) * float64(len(by))
		if len(o.bias) >= rules.MinRatings && o.mean() <= -rules.Bias && p <= rules.P {
			found = append(found, o.finding(Slander, []string{who}, min(1, -o.mean()*2), p, rules, end))
		}
	}
	for key, o := range of {
		back := of[[2]string{key[1], key[0]}]
		if key[0] > key[1] || back == nil || len(o.bias) < rules.MinRatings || len(back.bias) < rules.MinRatings {
			continue
		}
		bias := min(o.mean(), back.mean())
		p := max(o.chance(1), back.chance(1)) * float64(len(of))
		if bias >= rules.Bias && p <= rules.P {
			both := &opinions{slices.Concat(o.bias, back.bias), slices.Concat(o.deals, back.deals)}
			found = append(found, both.finding(Praise, []string{key[0], key[1]}, min(1, bias*2), p, rules, end))
		}
	}
	return ordered(found)
}

// opinions are differences between ratings and measurements.
type opinions struct {
	bias  []float64
	deals []string
}

func take[K comparable](m map[K]*opinions, k K, r Rated) {
	if m[k] == nil {
		m[k] = &opinions{}
	}
	m[k].bias = append(m[k].bias, r.Rating-r.Outcome)
	m[k].deals = append(m[k].deals, r.Deal)
}

func (o *opinions) mean() float64 {
	m, _ := moments(o.bias)
	return m
}

// chance is how likely honest ratings are so far off in one direction.
func (o *opinions) chance(sign float64) float64 {
	mean, sd := moments(o.bias)
	return above(sign * mean / (max(sd, .1) / math.Sqrt(float64(len(o.bias)))))
}

func (o *opinions) finding(kind Kind, who []string, score, p float64, rules RatingRules, at time.Time) Finding {
	return Finding{
		Kind: kind, Version: 1, Subjects: who, Score: score, P: min(1, p), Severity: min(Throttle, severity(score, p)),
		Evidence: []Exhibit{{"mean difference", o.mean(), rules.Bias}, {"ratings", float64(len(o.bias)), float64(rules.MinRatings)}},
		Records:  clip(o.deals), At: at,
	}
}
