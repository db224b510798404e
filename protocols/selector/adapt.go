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
	leastTried  = 5    // sessions of a candidate before it can be switched to
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
	// Quality is that of the decision as it turned out later, from 0 to 1; negative means that nobody knows.
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
	return u + w.Quality*max(x.Quality, 0)
}

// Record is what is known of a candidate in a bucket, older sessions counting less.
type Record struct {
	Bucket    Bucket    `json:"bucket"`
	Candidate Candidate `json:"candidate"`
	Count     float64   `json:"count"`
	Sum       float64   `json:"sum"`     // of utilities
	Squares   float64   `json:"squares"` // of utilities
}

func (r Record) mean() float64 {
	if r.Count == 0 {
		return 0
	}
	return r.Sum / r.Count
}

func (r Record) lower() float64 {
	if r.Count == 0 {
		return math.Inf(-1)
	}
	variance := max(r.Squares/r.Count-r.mean()*r.mean(), 0)
	return r.mean() - deviations*math.Sqrt((variance+.0001)/r.Count)
}

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
	found := false
	u := w.Utility(x)
	for i := range out.Records {
		r := &out.Records[i]
		if r.Bucket != b {
			continue
		}
		r.Count, r.Sum, r.Squares = r.Count*keep, r.Sum*keep, r.Squares*keep
		if r.Candidate == c {
			found = true
			r.Count, r.Sum, r.Squares = r.Count+1, r.Sum+u, r.Squares+u*u
		}
	}
	if !found {
		out.Records = append(out.Records, Record{b, c, 1, u, u * u})
	}
	return out
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
	Mean, Lower float64
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
	total := 0.
	records := make([]Record, len(candidates))
	for i, c := range candidates {
		records[i] = h.of(b, c)
		total += records[i].Count
		chosen.Scores = append(chosen.Scores, Score{c, records[i].Count, records[i].mean(), records[i].lower()})
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
		if i != favourite && r.Count >= leastTried && r.lower() > records[favourite].mean() && (best == favourite || r.lower() > records[best].lower()) {
			best = i
		}
	}
	if best != favourite {
		h.Favourites = append(slices.DeleteFunc(slices.Clone(h.Favourites), func(f Favourite) bool { return f.Bucket == b }), Favourite{b, candidates[best]})
	}
	pick := best
	if rand.New(rand.NewPCG(seed*0x9E3779B97F4A7C15, seed^0xBF58476D1CE4E5B9)).Float64() < exploring { // neighbouring seeds draw alike without that
		for i, r := range records {
			if i != best && (pick == best || r.Count < records[pick].Count) {
				pick = i
			}
		}
		chosen.Explored = pick != best
	}
	chosen.Selection.Protocol, chosen.Selection.FanOut = candidates[pick].Protocol, candidates[pick].FanOut
	return chosen, h, nil
}
