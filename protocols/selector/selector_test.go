// SPDX-License-Identifier: Apache-2.0

package selector_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/protocols/selector"
)

var rewrite = flag.Bool("rewrite", false, "write the golden table anew")

var (
	types     = []selector.Type{"", selector.Standard, selector.Refine, selector.Economic, selector.MLEnsemble, selector.MLOptimize, selector.MLReasoning, selector.Orchestration}
	faults    = []selector.Fault{"", selector.Low, selector.Medium, selector.High}
	scopes    = []selector.Scope{"", selector.Local, selector.Distributed}
	explicits = []selector.Protocol{
		"", selector.Simple, selector.Weighted, selector.Refinement, selector.Hierarchical, selector.Byzantine, selector.Market,
		selector.Ensemble, selector.Optimization, selector.Reasoning, selector.Workflow,
	}
)

func said(s selector.Selector, p selector.Profile) string {
	chosen, err := s.Select(p)
	if err != nil {
		text := err.Error()
		var limits *selector.LimitsError
		var few *selector.FaultToleranceError
		var need *selector.ParticipantsError
		switch { // the number that there are is in the row
		case errors.As(err, &limits):
			text = fmt.Sprintf("%s takes %d to %d", limits.Protocol, limits.Min, limits.Max)
		case errors.As(err, &few):
			text = fmt.Sprintf("needs %d to stand the liars", few.Need)
		case errors.As(err, &need):
			text = fmt.Sprintf("needs %d", need.Need)
		}
		return "refused: " + text
	}
	if chosen.F > 0 {
		chosen.F = p.F // it grows with n
	}
	return fmt.Sprintf("row %d: %s", chosen.Row, strings.ReplaceAll(chosen.String(), ", f = 0", ""))
}

// Every profile has exactly one result, the same twice, and the ranges of n with one result are those of the table in testdata.
//
// Holds: CRD-3
func TestEveryProfileHasOneResult(t *testing.T) {
	var b strings.Builder
	var s selector.Selector
	for _, r := range selector.Rows() {
		fmt.Fprintf(&b, "row %2d  when %s\n        then %s\n        because %s\n", r.Number, r.When, r.Then, r.Why)
	}
	for _, x := range explicits {
		for _, ty := range types {
			for _, f := range faults {
				for _, liars := range []int{-1, 0, 1, 5} {
					for _, sc := range scopes {
						for _, ex := range []bool{false, true} {
							p := selector.Profile{Type: ty, Fault: f, F: liars, Scope: sc, Expertise: ex, Protocol: x}
							from, last := 0, ""
							// the others say what another row says
							printed := ty != "" && f != "" && sc != "" && liars != -1 && (liars == 0 || f == selector.High) && (x == "" || ty == selector.Standard && sc == selector.Local && !ex)
							var lines []string
							for n := 0; n <= 2000; n++ {
								p.N = n
								chosen, err := s.Select(p)
								if n%37 == 0 {
									again, err2 := s.Select(p)
									require.Equal(t, chosen, again)
									require.Equal(t, err, err2)
								}
								if (err == nil) == (chosen == selector.Selection{}) {
									t.Fatalf("%+v: %v and %v", p, chosen, err)
								}
								if printed {
									if now := said(s, p); now != last {
										if n > 0 {
											lines = append(lines, fmt.Sprintf("  n %4d to %4d  %s\n", from, n-1, last))
										}
										from, last = n, now
									}
								}
							}
							lines = append(lines, fmt.Sprintf("  n %4d to %4d  %s\n", from, 2000, last))
							if !printed {
								continue
							}
							fmt.Fprintf(&b, "\ntype %s, fault %s, f %d, %s, expertise %v, explicit %q\n%s", ty, f, liars, sc, ex, x, strings.Join(lines, ""))
						}
					}
				}
			}
		}
	}
	if *rewrite {
		require.NoError(t, os.WriteFile("testdata/table.txt", []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile("testdata/table.txt")
	require.NoError(t, err)
	require.Equal(t, string(want), b.String(), "run with -rewrite and review the difference")
}

func TestWhatNobodyKnowsIsRefusedWithAllMistakes(t *testing.T) {
	_, err := selector.Selector{}.Select(selector.Profile{N: 3, Type: "dream", Fault: "odd", Scope: "moon", F: -1})
	require.ErrorIs(t, err, selector.ErrInvalidSpec)
	for _, word := range []string{"dream", "odd", "moon", "-1"} {
		assert.ErrorContains(t, err, word)
	}
	_, err = selector.Selector{}.Select(selector.Profile{N: 3, Protocol: "mine"})
	var unknown *selector.UnknownProtocolError
	require.ErrorAs(t, err, &unknown)
	assert.Equal(t, selector.Protocol("mine"), unknown.Protocol)
	_, err = selector.Selector{}.Select(selector.Profile{})
	var few *selector.ParticipantsError
	require.ErrorAs(t, err, &few)
	assert.Equal(t, selector.ParticipantsError{Need: 1, Have: 0}, *few)
	chosen, err := selector.Selector{Bounds: map[selector.Protocol]selector.Bounds{"mine": {Min: 2, Max: 4}}}.Select(selector.Profile{N: 3, Protocol: "mine"})
	require.NoError(t, err)
	assert.Equal(t, selector.Protocol("mine"), chosen.Protocol)
}

func TestChoosingAllocatesNothing(t *testing.T) {
	s, p := selector.Selector{}, selector.Profile{N: 100, Expertise: true}
	assert.Zero(t, testing.AllocsPerRun(100, func() { _, _ = s.Select(p) }))
}

// world is a place where candidates have utilities that the selector does not know.
func world(h selector.History, p selector.Profile, good selector.Candidate, from, to int, r *rand.Rand) (_ selector.History, hits int) {
	b := selector.BucketOf(p)
	for i := from; i < to; i++ {
		chosen, next, err := selector.Selector{}.Adapt(p, h, uint64(i))
		if err != nil {
			panic(err)
		}
		c := selector.Candidate{Protocol: chosen.Selection.Protocol, FanOut: chosen.Selection.FanOut}
		x := selector.Experience{Decided: r.Float64() < .7, Quality: .5, Time: .5}
		if c == good {
			hits++
			x = selector.Experience{Decided: r.Float64() < .97, Quality: .8, Time: .2}
		}
		h = next.Learn(b, c, x, selector.Weights{})
	}
	return h, hits
}

// The last 100 of 500 sessions lose at most a tenth of what the best candidate would have gained; after a change the same holds after two half-lives.
func TestTheAdaptiveChoiceRegretsLittleAndRecovers(t *testing.T) {
	p := selector.Profile{N: 40}
	for seed := range uint64(10) {
		r := rand.New(rand.NewPCG(seed, 1))
		best := selector.Candidate{Protocol: selector.Simple}
		h, _ := world(selector.History{}, p, best, 0, 400, r)
		h, hits := world(h, p, best, 400, 500, r)
		assert.GreaterOrEqual(t, hits, 85, "seed %d", seed)
		changed := selector.Candidate{Protocol: selector.Hierarchical, FanOut: 64}
		h, _ = world(h, p, changed, 500, 1500, r)
		_, hits = world(h, p, changed, 1500, 1600, r)
		assert.GreaterOrEqual(t, hits, 85, "seed %d after the change", seed)
	}
}

func TestAdaptingIsAFunctionOfHistoryAndSeedAndNeverLessSafe(t *testing.T) {
	var h selector.History
	for _, p := range []selector.Profile{{N: 5, Fault: selector.High}, {N: 5, Type: selector.Economic}, {N: 5, Type: selector.Orchestration}, {N: 9, Protocol: selector.Weighted}} {
		static, err := selector.Selector{}.Select(p)
		require.NoError(t, err)
		for i := range 100 {
			h = h.Learn(selector.BucketOf(p), selector.Candidate{Protocol: selector.Simple}, selector.Experience{Decided: true, Quality: 1}, selector.Weights{})
			chosen, _, err := selector.Selector{}.Adapt(p, h, uint64(i))
			require.NoError(t, err)
			require.Equal(t, static, chosen.Selection)
		}
	}
	p := selector.Profile{N: 5}
	r := rand.New(rand.NewPCG(1, 1))
	h, _ = world(h, p, selector.Candidate{Protocol: selector.Hierarchical, FanOut: 16}, 0, 300, r)
	for i := range 100 {
		a, _, err := selector.Selector{}.Adapt(p, h, uint64(i))
		require.NoError(t, err)
		b, _, err := selector.Selector{}.Adapt(p, h, uint64(i))
		require.NoError(t, err)
		require.Equal(t, a, b)
	}
}

// What decisions turn out to be worth comes later and is known of some only; it decides where nothing else differs, and a candidate is neither better nor worse
// for being rated seldom.
func TestRatingsThatComeLaterDecideWhereNothingElseDoes(t *testing.T) {
	p := selector.Profile{N: 40}
	good := selector.Candidate{Protocol: selector.Hierarchical, FanOut: 16}
	type late struct {
		c       selector.Candidate
		quality float64
	}
	for _, informative := range []bool{true, false} {
		for seed := range uint64(8) {
			rng := rand.New(rand.NewPCG(seed, 7))
			var h selector.History
			var waiting []late
			hits := 0
			b := selector.BucketOf(p)
			for i := range 1500 {
				chosen, next, err := selector.Selector{}.Adapt(p, h, uint64(i)+seed*10_000)
				require.NoError(t, err)
				c := selector.Candidate{Protocol: chosen.Selection.Protocol, FanOut: chosen.Selection.FanOut}
				h = next.Learn(b, c, selector.Experience{Decided: true, Quality: -1, Time: .2}, selector.Weights{})
				quality := .5 + .1*rng.NormFloat64()
				if c == good && informative {
					quality += .4
				}
				if rng.IntN(4) == 0 {
					waiting = append(waiting, late{c, quality})
				}
				if len(waiting) > 10 {
					h = h.Rate(b, waiting[0].c, waiting[0].quality, selector.Weights{})
					waiting = waiting[1:]
				}
				if i >= 1400 && c == good {
					hits++
				}
			}
			if informative {
				assert.GreaterOrEqual(t, hits, 85, "seed %d", seed)
			}
			if !informative {
				for _, f := range h.Favourites {
					assert.NotEqual(t, good, f.Candidate, "seed %d: it is no better", seed)
				}
			}
		}
	}
}

func BenchmarkSelect(b *testing.B) {
	b.ReportAllocs()
	p := selector.Profile{N: 100}
	for b.Loop() {
		_, _ = selector.Selector{}.Select(p)
	}
}
