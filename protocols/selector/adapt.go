// SPDX-License-Identifier: Apache-2.0

package selector

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// Parameters of adaptive choice.
const (
	HalfLife    = 500  // sessions of a bucket after which what was measured counts half
	leastBucket = 20   // sessions of a bucket before anything but the static choice
	leastTried  = 4    // sessions of a candidate before it can be switched to
	exploring   = 0.05 // of the sessions try what has been tried least
	deviations  = 1.0  // from the mean to the lower bound
)

// Bucket is a sort of profile; what is learned in one says nothing of another.
type Bucket struct {
	Type  Type  `json:"type"`
	Fault Fault `json:"fault"`
	Scope Scope `json:"scope"`
	Log2N int   `json:"log2n"`
}

// BucketOf returns a profile's bucket.
func BucketOf(p Profile) Bucket {
	p = p.withDefaults()
	return Bucket{p.Type, p.Fault, p.Scope, bits.Len(uint(max(p.N, 1))) - 1}
}

// Candidate is a protocol with its parameters.
type Candidate struct {
	Protocol Protocol `json:"protocol"`
	FanOut   int      `json:"fanOut,omitempty"`
}

// Experience is what one session has shown.
type Experience struct {
	Decided bool
	// Quality is that of the decision as it turned out, from 0 to 1; negative means that nobody knows, or not yet: see History.Rate.
	Quality float64
	// Time and Cost are shares of the deadline and of the budget.
	Time, Cost float64
}

// Weights say how much of the utility each part is. The zero value means .4, .3, .2, .1.
type Weights struct{ Decided, Quality, Time, Cost float64 }

func (w Weights) withDefaults() Weights {
	if w == (Weights{}) {
		return Weights{.4, .3, .2, .1}
	}
	return w
}

// Utility is what a session was worth.
func (w Weights) Utility(x Experience) float64 {
	w = w.withDefaults()
	u := -w.Time*min(max(x.Time, 0), 1) - w.Cost*min(max(x.Cost, 0), 1)
	if x.Decided {
		u += w.Decided
	}
	return u + w.Quality*min(max(x.Quality, 0), 1)
}

// Record is what is known of a candidate in a bucket, older sessions counting less.
type Record struct {
	Bucket    Bucket    `json:"bucket"`
	Candidate Candidate `json:"candidate"`
	Count     float64   `json:"count"`
	Sum       float64   `json:"sum"`     // of utilities, without what decisions turned out to be worth
	Squares   float64   `json:"squares"` // of the same
	// Rated is of how many sessions it became known how good the decision was, Worth the sum of what that adds to the utility, and WorthSquares of its squares.
	Rated        float64 `json:"rated,omitempty"`
	Worth        float64 `json:"worth,omitempty"`
	WorthSquares float64 `json:"worthSquares,omitempty"`
}

// estimate is what a candidate is worth: the mean of utilities, and what its decisions turn out to be worth. Where nobody has said that, they are taken to be
// worth as much as others': a candidate is neither better nor worse for not being rated. lower is the lower bound.
func (r Record) estimate(others float64, anybody bool) (mean, lower float64) {
	if r.Count == 0 {
		return others, math.Inf(-1)
	}
	mean = r.Sum / r.Count
	spread := (max(r.Squares/r.Count-mean*mean, 0) + .0001) / r.Count
	switch {
	case r.Rated > 0:
		worth := r.Worth / r.Rated
		mean += worth
		spread += (max(r.WorthSquares/r.Rated-worth*worth, 0) + unknownWorth/(1+r.Rated)) / r.Rated
	case anybody:
		mean += others
		spread += unknownWorth
	}
	return mean, mean - deviations*math.Sqrt(spread)
}

// unknownWorth is the variance of what a decision is worth of which nobody knows how good it is: any from 0 to .3 is as likely.
const unknownWorth = .3 * .3 / 12

// History is everything that was measured. It is a value: Learn returns another.
type History struct {
	Records []Record `json:"records"`
	// Favourites are the candidates that were switched to.
	Favourites []Favourite `json:"favourites,omitempty"`
}

// Favourite is the present choice in a bucket.
type Favourite struct {
	Bucket    Bucket    `json:"bucket"`
	Candidate Candidate `json:"candidate"`
}

// Learn returns the history with one more session of a bucket.
func (h History) Learn(b Bucket, c Candidate, x Experience, w Weights) History {
	keep := math.Pow(.5, 1./HalfLife)
	out := History{slices.Clone(h.Records), h.Favourites}
	for i := range out.Records {
		if r := &out.Records[i]; r.Bucket == b {
			r.Count, r.Sum, r.Squares = r.Count*keep, r.Sum*keep, r.Squares*keep
			r.Rated, r.Worth, r.WorthSquares = r.Rated*keep, r.Worth*keep, r.WorthSquares*keep
		}
	}
	quality := x.Quality
	x.Quality = 0
	u := w.Utility(x)
	r := out.record(b, c)
	r.Count, r.Sum, r.Squares = r.Count+1, r.Sum+u, r.Squares+u*u
	r.rate(quality, w)
	return out
}

// Rate returns the history with how good the decision of a session turned out that was learned before, from 0 to 1. It is no session of its own: nothing
// becomes older by it.
func (h History) Rate(b Bucket, c Candidate, quality float64, w Weights) History {
	out := History{slices.Clone(h.Records), h.Favourites}
	out.record(b, c).rate(quality, w)
	return out
}

// record returns the record of a candidate, which is made if there is none. The history's records must be its own.
func (h *History) record(b Bucket, c Candidate) *Record {
	for i := range h.Records {
		if r := &h.Records[i]; r.Bucket == b && r.Candidate == c {
			return r
		}
	}
	h.Records = append(h.Records, Record{Bucket: b, Candidate: c})
	return &h.Records[len(h.Records)-1]
}

func (r *Record) rate(quality float64, w Weights) {
	if quality < 0 {
		return // nobody knows
	}
	worth := w.withDefaults().Quality * min(quality, 1)
	r.Rated, r.Worth, r.WorthSquares = r.Rated+1, r.Worth+worth, r.WorthSquares+worth*worth
}

func (h History) of(b Bucket, c Candidate) Record {
	for _, r := range h.Records {
		if r.Bucket == b && r.Candidate == c {
			return r
		}
	}
	return Record{Bucket: b, Candidate: c}
}

// Score is what was known of a candidate when a choice was made.
type Score struct {
	Candidate   Candidate `json:"candidate"`
	Count       float64   `json:"count"`
	Rated       float64   `json:"rated,omitempty"` // of them it is known how good the decision was
	Mean, Lower float64
}

// promises reports whether it is better to try the candidate of s than that of o: who was not tried enough comes first, the least tried of them, and then
// who may be worth most.
func (s Score) promises(o Score) bool {
	if few := s.Count < leastTried; few || o.Count < leastTried {
		return few && s.Count < o.Count
	}
	return 2*s.Mean-s.Lower > 2*o.Mean-o.Lower
}

// Choice is an adaptive choice with its reasons.
type Choice struct {
	Selection Selection
	Scores    []Score
	// Explored says that it was chosen to learn something.
	Explored bool
	Seed     uint64
}

// Candidates lists what is as safe as the static choice, the static choice first.
func (s Selector) Candidates(p Profile) ([]Candidate, error) {
	p = p.withDefaults()
	static, err := s.Select(p)
	if err != nil {
		return nil, err
	}
	out := []Candidate{{static.Protocol, static.FanOut}}
	if p.Type != Standard || p.Fault == High || p.Protocol != "" || p.Scope == Distributed {
		return out, nil
	}
	add := func(c Candidate) {
		b, ok := s.bounds(c.Protocol)
		if ok && p.N >= b.Min && p.N <= b.Max && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	if p.Expertise {
		add(Candidate{Protocol: Weighted})
	} else {
		add(Candidate{Protocol: Simple})
	}
	for _, fan := range []int{16, 32, 64} {
		add(Candidate{Hierarchical, fan})
	}
	return out, nil
}

// Adapt chooses by what was measured. Where little was, or safety leaves no choice, it is the static choice. next is the history with the favourite
// that the choice has made.
func (s Selector) Adapt(p Profile, h History, seed uint64) (chosen Choice, next History, err error) {
	static, err := s.Select(p)
	if err != nil {
		return Choice{}, h, err
	}
	chosen = Choice{Selection: static, Seed: seed}
	candidates, err := s.Candidates(p)
	if err != nil || len(candidates) < 2 {
		return chosen, h, err
	}
	b := BucketOf(p)
	total, rated, worth := 0., 0., 0.
	records := make([]Record, len(candidates))
	for i, c := range candidates {
		records[i] = h.of(b, c)
		total, rated, worth = total+records[i].Count, rated+records[i].Rated, worth+records[i].Worth
	}
	if rated > 0 {
		worth /= rated
	}
	for i, c := range candidates {
		mean, lower := records[i].estimate(worth, rated > 0)
		chosen.Scores = append(chosen.Scores, Score{c, records[i].Count, records[i].Rated, mean, lower})
	}
	if total < leastBucket {
		return chosen, h, nil
	}
	favourite := 0
	for _, f := range h.Favourites {
		if i := slices.Index(candidates, f.Candidate); f.Bucket == b && i >= 0 {
			favourite = i
		}
	}
	best := favourite
	for i, r := range records {
		lower := chosen.Scores[i].Lower
		if i != favourite && r.Count >= leastTried && lower > chosen.Scores[favourite].Mean && (best == favourite || lower > chosen.Scores[best].Lower) {
			best = i
		}
	}
	if best != favourite {
		h.Favourites = append(slices.DeleteFunc(slices.Clone(h.Favourites), func(f Favourite) bool { return f.Bucket == b }), Favourite{b, candidates[best]})
	}
	pick := best
	if rand.New(rand.NewPCG(seed*0x9E3779B97F4A7C15, seed^0xBF58476D1CE4E5B9)).Float64() < exploring { // neighbouring seeds draw alike without that
		for i := range records {
			if i != best && (pick == best || chosen.Scores[i].promises(chosen.Scores[pick])) {
				pick = i
			}
		}
		chosen.Explored = pick != best
	}
	chosen.Selection.Protocol, chosen.Selection.FanOut = candidates[pick].Protocol, candidates[pick].FanOut
	return chosen, h, nil
}
