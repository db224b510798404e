// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/cognitive/internal/frame"
)

func coin(rng *rand.Rand, p float64) float64 {
	if rng.Float64() < p {
		return 1
	}
	return 0
}

func TestALikelihoodRatioRarelyAlarmsWithoutAChangeAndSoonAfterOne(t *testing.T) {
	false_, delays, missed := 0, 0, 0
	const runs = 300
	for seed := range uint64(runs) {
		rng := rand.New(rand.NewPCG(seed, 1))
		d, err := NewGLR(GLRSpec{})
		require.NoError(t, err)
		alarmed := false
		for range 1000 {
			alarmed = d.Update(coin(rng, 0.5)) || alarmed
		}
		if alarmed {
			false_++
			continue
		}
		at := 0
		for at < 400 && !d.Update(coin(rng, 0.8)) {
			at++
		}
		if at == 400 {
			missed++
		}
		delays += at
		n, s := d.Total()
		if at < 400 {
			assert.Greater(t, s/n, 0.55, "what was before the change is forgotten")
		}
	}
	assert.LessOrEqual(t, false_, runs/20)
	assert.Zero(t, missed)
	assert.Less(t, delays/runs, 80)
}

func TestASplitIsTheBestOfTheBucketsAndKeepsAllWeight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 40).Draw(t, "xs")
		d, err := NewGLR(GLRSpec{})
		require.NoError(t, err)
		sum := 0.0
		for _, x := range xs {
			d.Add(x, 1)
			sum += x
		}
		n, s := d.Total()
		require.InDelta(t, float64(len(xs)), n, 1e-9)
		require.InDelta(t, sum, s, 1e-9)
		got := d.Split()
		// Every split of the buckets, by the definition.
		kl := func(n, s float64) float64 {
			p, q := s/n, sum/float64(len(xs))
			x := 0.0
			if p > 0 {
				x += p * math.Log(p/q)
			}
			if p < 1 {
				x += (1 - p) * math.Log((1-p)/(1-q))
			}
			return n * x
		}
		best := 0.0
		for i := 1; i < len(d.history.buckets); i++ {
			b := d.history.buckets[i-1]
			best = max(best, kl(b.weighted, b.summed)+kl(n-b.weighted, s-b.summed))
		}
		require.InDelta(t, best, got.Ratio, 1e-7)
		if got.Ratio > 0 {
			require.InDelta(t, n, got.BeforeWeight+got.AfterWeight, 1e-9)
			d.Cut(got)
			after, kept := d.Total()
			require.InDelta(t, got.AfterWeight, after, 1e-9)
			require.InDelta(t, got.AfterSum, kept, 1e-9)
		}
	})
}

func TestAHistoryGrowsWithTheLogarithmOfWhatWasSeen(t *testing.T) {
	d, err := NewGLR(GLRSpec{Threshold: 1e9})
	require.NoError(t, err)
	for i := range 100_000 {
		d.Add(float64(i%2), 1)
	}
	assert.LessOrEqual(t, len(d.history.buckets), perLevel*17)
	n, s := d.Total()
	assert.InDelta(t, 100_000, n, 0)
	assert.InDelta(t, 50_000, s, 0)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		d.Add(1, 1)
		d.Split()
	}))
}

func TestDetectorsFindShiftsInBothDirections(t *testing.T) {
	for _, to := range []Direction{Up, Down} {
		rng := rand.New(rand.NewPCG(7, 7))
		known, err := NewCUSUM(CUSUMSpec{Mean: 3, Deviation: 2, Threshold: 12})
		require.NoError(t, err)
		learning, err := NewCUSUM(CUSUMSpec{Learn: 200, Threshold: 15})
		require.NoError(t, err)
		page, err := NewPageHinkley(PageHinkleySpec{Slack: 0.5, Threshold: 40})
		require.NoError(t, err)
		for _, d := range []interface{ Update(x float64) Direction }{known, learning, page} {
			for range 800 {
				require.Equal(t, Quiet, d.Update(3+2*rng.NormFloat64()), "%T", d)
			}
			got, n := Quiet, 0
			for ; got == Quiet && n < 60; n++ {
				got = d.Update(3 + 3*float64(to) + 2*rng.NormFloat64())
			}
			assert.Equal(t, to, got, "%T after %d", d, n)
		}
		assert.Greater(t, known.Seen(), 800)
		_, n := page.Mean()
		assert.Zero(t, n, "after an alarm it begins anew")
	}
}

func TestWhatNeverMovedHasMovedAtTheFirstOtherValue(t *testing.T) {
	d, err := NewCUSUM(CUSUMSpec{Learn: 5})
	require.NoError(t, err)
	for range 50 {
		require.Equal(t, Quiet, d.Update(7))
	}
	assert.Equal(t, Down, d.Update(6.999))
}

// The confidence sequence of the mixture by its definition: the effects whose likelihood ratio is below 1/alpha.
func TestAnIntervalIsWhereTheMixtureIsUndecided(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := NewSPRT(SPRTSpec{Alpha: rapid.Float64Range(0.001, 0.5).Draw(t, "alpha"), Deviation: rapid.Float64Range(0.1, 10).Draw(t, "deviation"), Scale: rapid.Float64Range(0.01, 3).Draw(t, "scale")})
		require.NoError(t, err)
		for _, d := range rapid.SliceOfN(rapid.Float64Range(-20, 20), 1, 30).Draw(t, "differences") {
			s.Update(d, 0)
		}
		// P is below alpha exactly where 0 is outside of this moment's interval.
		w := s.width()
		if math.Abs(math.Abs(s.mean)-w) > 1e-9*w {
			require.Equal(t, math.Abs(s.mean) > w, s.P() < s.spec.Alpha)
		}
	})
}

func TestLookingAtEachPairSpeaksOfNoDifferenceTooOften(t *testing.T) {
	spoke, found, futile := 0, 0, 0
	const runs = 400
	for seed := range uint64(runs) {
		rng := rand.New(rand.NewPCG(seed, 9))
		same, err := NewSPRT(SPRTSpec{Deviation: math.Sqrt2})
		require.NoError(t, err)
		better, err := NewSPRT(SPRTSpec{})
		require.NoError(t, err)
		little, err := NewSPRT(SPRTSpec{Useless: 0.3})
		require.NoError(t, err)
		spoken := false
		for range 1000 {
			control := rng.NormFloat64()
			spoken = same.Update(rng.NormFloat64(), control) != Undecided || spoken
			better.Update(0.5+rng.NormFloat64(), control)
			little.Update(rng.NormFloat64(), control)
		}
		if spoken {
			spoke++
		}
		if better.Verdict() == Better {
			found++
		}
		if little.Verdict() == Futile {
			futile++
		}
	}
	assert.LessOrEqual(t, spoke, runs*5/100)
	assert.GreaterOrEqual(t, found, runs*99/100)
	assert.GreaterOrEqual(t, futile, runs*90/100)
}

func TestWrongSettingsAreAllNamed(t *testing.T) {
	_, err := NewGLR(GLRSpec{Threshold: -1, Confidence: 1})
	assert.ErrorContains(t, err, "threshold")
	assert.ErrorContains(t, err, "confidence")
	_, err = NewCUSUM(CUSUMSpec{Deviation: math.NaN(), Slack: -1, Threshold: -1, Learn: 1})
	for _, want := range []string{"deviation", "slack", "threshold", "learn"} {
		assert.ErrorContains(t, err, want)
	}
	_, err = NewPageHinkley(PageHinkleySpec{Slack: -1, Least: -1})
	for _, want := range []string{"slack", "threshold", "least"} {
		assert.ErrorContains(t, err, want)
	}
	_, err = NewSPRT(SPRTSpec{Alpha: 1, Deviation: -1, Scale: -1, Useless: -1})
	for _, want := range []string{"alpha", "deviation", "scale", "useless"} {
		assert.ErrorContains(t, err, want)
	}
	var spec *SpecError
	assert.ErrorAs(t, err, &spec)
}

// stateful is any detector.
type stateful interface {
	MarshalBinary() ([]byte, error)
	UnmarshalBinary(data []byte) error
}

func fresh() []stateful { return []stateful{&GLR{}, &CUSUM{}, &PageHinkley{}, &SPRT{}} }

func used(n int) (out []stateful) {
	g, _ := NewGLR(GLRSpec{})
	c, _ := NewCUSUM(CUSUMSpec{})
	p, _ := NewPageHinkley(PageHinkleySpec{Threshold: 3})
	s, _ := NewSPRT(SPRTSpec{})
	rng := rand.New(rand.NewPCG(3, 3))
	for range n {
		x := rng.Float64()
		g.Add(x, 1)
		c.Update(x)
		p.Update(x)
		s.Update(x, 0.5)
	}
	return []stateful{g, c, p, s}
}

func TestStatesComeBackFromTheirBytesAndCutOnesAreRefused(t *testing.T) {
	for i, d := range used(200) {
		data, err := d.MarshalBinary()
		require.NoError(t, err)
		back := fresh()[i]
		require.NoError(t, back.UnmarshalBinary(data))
		again, err := back.MarshalBinary()
		require.NoError(t, err)
		assert.Equal(t, data, again)
		for cut := range len(data) {
			require.Error(t, back.UnmarshalBinary(data[:cut]))
		}
	}
}

func FuzzStatesOfDetectorsAreJudged(f *testing.F) {
	for _, d := range used(20) {
		data, _ := d.MarshalBinary()
		f.Add(data[:len(data)-4]) // the checksum is put on again
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		data = frame.Seal(data)
		for _, d := range fresh() {
			if d.UnmarshalBinary(data) != nil {
				continue
			}
			first, err := d.MarshalBinary()
			require.NoError(t, err)
			require.NoError(t, d.UnmarshalBinary(first))
			again, err := d.MarshalBinary()
			require.NoError(t, err)
			require.True(t, bytes.Equal(first, again))
			switch d := d.(type) {
			case *GLR:
				d.Update(0.5)
			case *CUSUM:
				d.Update(0.5)
			case *PageHinkley:
				d.Update(0.5)
			case *SPRT:
				d.Update(0.5, 0)
			}
		}
	})
}

func BenchmarkUpdate(b *testing.B) {
	g, _ := NewGLR(GLRSpec{Threshold: 1e9})
	c, _ := NewCUSUM(CUSUMSpec{})
	p, _ := NewPageHinkley(PageHinkleySpec{Threshold: 1e9})
	s, _ := NewSPRT(SPRTSpec{})
	rng := rand.New(rand.NewPCG(3, 3))
	for _, d := range []struct {
		name   string
		update func(x float64)
	}{
		{"glr", func(x float64) { g.Update(x) }},
		{"cusum", func(x float64) { c.Update(x) }},
		{"page-hinkley", func(x float64) { p.Update(x) }},
		{"sprt", func(x float64) { s.Update(x, 0.5) }},
	} {
		b.Run(d.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.update(rng.Float64())
			}
		})
	}
}
