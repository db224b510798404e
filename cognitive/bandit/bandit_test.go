// SPDX-License-Identifier: Apache-2.0

package bandit

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/cognitive/internal/frame"
)

func TestIndicesAreThoseOfTheReference(t *testing.T) {
	var f struct {
		Indices []struct {
			N, Successes, T, K float64
			Horizon            float64 `json:"T"`
			UCB1               float64 `json:"ucb1"`
			Tuned              float64 `json:"ucb_tuned"`
			KL                 float64 `json:"kl_ucb"`
			MOSS               float64 `json:"moss"`
			Sliding            float64 `json:"sw_ucb_W1000_xi.6"`
		}
		Thompson []struct {
			Params [][2]float64 `json:"beta_params"`
			Best   []float64    `json:"prob_best"`
		}
	}
	data, err := os.ReadFile(filepath.Join("..", "testdata", "reference", "bandit_checks.json"))
	require.NoError(t, err)
	// "t" and "T" are two names: the decoder would take one for the other.
	data = bytes.ReplaceAll(data, []byte(`"t":`), []byte(`"plays":`))
	require.NoError(t, json.Unmarshal(data, &f))
	var plays struct{ Indices []struct{ Plays float64 } }
	require.NoError(t, json.Unmarshal(data, &plays))
	require.Len(t, f.Indices, 40)
	for i, c := range f.Indices {
		at, p := plays.Indices[i].Plays, c.Successes/c.N
		assert.InDelta(t, c.UCB1, ucb1(p, c.N, at), 1e-9)
		assert.InDelta(t, c.Tuned, ucbTuned(p, p-p*p, c.N, at), 1e-9)
		assert.InDelta(t, c.KL, klUCB(p, c.N, at), 1e-9, "%v", c)
		assert.InDelta(t, c.MOSS, moss(p, c.N, c.Horizon/c.K), 1e-9)
		assert.InDelta(t, c.Sliding, slidingUCB(p, c.N, min(at, 1000), 0.6), 1e-9)
	}
	require.Len(t, f.Thompson, 6)
	rng := rand.New(rand.NewPCG(1, 6))
	for _, c := range f.Thompson {
		wins := make([]float64, len(c.Params))
		const draws = 100_000
		for range draws {
			var best largest
			for i, p := range c.Params {
				best.offer(i, posterior(p[0]+p[1]-2, p[0]-1, rng), rng)
			}
			wins[best.arm]++
		}
		for i, want := range c.Best {
			assert.InDelta(t, want, wins[i]/draws, 3*math.Sqrt(want*(1-want)/draws)+1e-9, "%v arm %d", c.Params, i)
		}
	}
}

func TestTheIndexOfKLUCBIsARootOfItsEquation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.Float64Range(0, 1).Draw(t, "p")
		n := rapid.Float64Range(0.5, 1e6).Draw(t, "n")
		at := rapid.Float64Range(1, 1e9).Draw(t, "t")
		q := klUCB(p, n, at)
		require.GreaterOrEqual(t, q, p)
		require.LessOrEqual(t, q, 1.0)
		if p > 0 && p < 1 && q < 1-1e-12 {
			kl := p*math.Log(p/q) + (1-p)*math.Log((1-p)/(1-q))
			slope := (q - p) / (q * (1 - q))
			require.InDelta(t, math.Log(at)/n, kl, 1e-12+1e-13*slope+1e-12*kl, "q = %v", q)
		}
	})
}

func TestEachMethodSurvivesAnyReportsAndComesBackFromItsBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := Spec{
			Arms: rapid.IntRange(1, 4).Draw(t, "arms"), Method: rapid.SampledFrom(Methods()).Draw(t, "method"), Low: -2, High: 3,
			Window: rapid.IntRange(1, 20).Draw(t, "window"), Horizon: rapid.IntRange(1, 1000).Draw(t, "horizon"),
		}
		b, err := New(spec)
		require.NoError(t, err)
		seed := rapid.Uint64().Draw(t, "seed")
		rng := rand.New(rand.NewPCG(seed, 0))
		taken, clipped, refused, weights := uint64(0), uint64(0), uint64(0), 0.0
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			arm := b.Select(rng)
			require.True(t, arm >= 0 && arm < spec.Arms)
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0: // its reward never comes
			case 1:
				bad := rapid.SampledFrom([]struct {
					arm            int
					reward, weight float64
				}{{-1, 0, 1}, {spec.Arms, 0, 1}, {arm, math.NaN(), 1}, {arm, 0, 0}, {arm, 0, -1}, {arm, 0, math.NaN()}, {arm, 0, math.Inf(1)}}).Draw(t, "bad")
				var wrong *RewardError
				require.ErrorAs(t, b.Update(bad.arm, bad.reward, bad.weight), &wrong)
				refused++
			default:
				x := rapid.SampledFrom([]float64{-2, 3, math.Copysign(0, -1), 1.5, 2, 7, math.Inf(-1), math.Inf(1)}).Draw(t, "reward")
				w := rapid.SampledFrom([]float64{1, 1, 1, 0.25, 3, 1e6}).Draw(t, "weight")
				require.NoError(t, b.Update(arm, x, w))
				taken++
				weights += w
				if x < -2 || x > 3 {
					clipped++
				}
			}
		}
		c := b.Counts()
		require.Equal(t, []uint64{taken, clipped, refused}, []uint64{c.Learned, c.Clipped, c.Refused})
		sum := 0.0
		for i := range spec.Arms {
			a, e := b.Arm(i), b.Estimate(i)
			sum += a.Weight
			require.True(t, a.Mean >= -2-1e-9 && a.Mean <= 3+1e-9 && e.Mean >= -2-1e-9 && e.Mean <= 3+1e-9 && e.Weight >= 0, "%v %v", a, e)
		}
		require.InDelta(t, weights, sum, 1e-6*(1+weights))
		require.True(t, b.Best() < spec.Arms)

		data, err := b.MarshalBinary()
		require.NoError(t, err)
		var back Bandit
		require.NoError(t, back.UnmarshalBinary(data))
		again, err := back.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, data, again)
		x, y := rand.New(rand.NewPCG(seed, 1)), rand.New(rand.NewPCG(seed, 1))
		for range 20 {
			arm := b.Select(x)
			require.Equal(t, arm, back.Select(y))
			require.NoError(t, b.Update(arm, 1, 1))
			require.NoError(t, back.Update(arm, 1, 1))
		}
	})
}

func TestEachMethodFindsTheBetterArm(t *testing.T) {
	for _, method := range Methods() {
		b, err := New(Spec{Arms: 3, Method: method, Horizon: 3000})
		require.NoError(t, err)
		rng := rand.New(rand.NewPCG(11, uint64(method)))
		for range 3000 {
			arm := b.Select(rng)
			reward := 0.0
			if rng.Float64() < []float64{0.2, 0.8, 0.4}[arm] {
				reward = 1
			}
			require.NoError(t, b.Update(arm, reward, 1))
		}
		assert.Greater(t, b.Arm(1).Weight, 1500.0, method)
		assert.Equal(t, 1, b.Best(), method)
	}
}

func TestRestartsForgetAndAreCounted(t *testing.T) {
	for _, method := range []Method{RestartThompson, RestartKLUCB, Auto} {
		b, err := New(Spec{Arms: 2, Method: method})
		require.NoError(t, err)
		rng := rand.New(rand.NewPCG(5, 5))
		late := 0
		for step := range 4000 {
			p := [2]float64{0.9, 0.5}
			if step >= 2000 {
				p = [2]float64{0.2, 0.5}
			}
			arm := b.Select(rng)
			if step >= 2500 && arm == 1 {
				late++
			}
			reward := 0.0
			if rng.Float64() < p[arm] {
				reward = 1
			}
			require.NoError(t, b.Update(arm, reward, 1))
		}
		assert.GreaterOrEqual(t, b.Counts().Changes, uint64(1), method)
		assert.Greater(t, late, 1350, method)
		assert.Less(t, b.Estimate(0).Mean, 0.4, method)
	}
}

func TestPlaysWhoseRewardsAreLateAreSpread(t *testing.T) {
	for _, method := range []Method{UCB1, UCBTuned, KLUCB, MOSS, ThompsonNormal, SlidingUCB, DiscountedUCB, Greedy} {
		b, err := New(Spec{Arms: 4, Method: method})
		require.NoError(t, err)
		rng := rand.New(rand.NewPCG(1, 1))
		played := make([]int, 4)
		for range 40 {
			played[b.Select(rng)]++
		}
		for arm, n := range played {
			assert.InDelta(t, 10, n, 2, "%s, arm %d", method, arm)
		}
	}
}

func TestWrongSpecsAreRefusedWithAllMistakes(t *testing.T) {
	_, err := New(Spec{Arms: -1, Method: 200, Low: 3, High: 2, Horizon: -1, Epsilon: 2, Window: -1, Discount: 2, Exploration: math.NaN(), Confidence: 1})
	for _, want := range []string{"arms", "method", "low", "horizon", "epsilon", "window", "discount", "exploration", "confidence"} {
		assert.ErrorContains(t, err, `"`+want+`"`)
	}
	var spec *SpecError
	assert.ErrorAs(t, err, &spec)
	_, err = New(Spec{Arms: 2, Low: math.Inf(-1), High: 1})
	assert.Error(t, err)
	_, err = NewLinear(LinearSpec{Exploration: -1, Ridge: -1, Low: 1, High: 1, Method: 9})
	for _, want := range []string{"arms", "features", "method", "exploration", "ridge", "low"} {
		assert.ErrorContains(t, err, want)
	}
	for _, m := range Methods() {
		text, err := m.MarshalText()
		require.NoError(t, err)
		var back Method
		require.NoError(t, back.UnmarshalText(text))
		assert.Equal(t, m, back)
	}
	var m Method
	assert.Error(t, m.UnmarshalText([]byte("odd")))
}

func TestChoosingAndLearningAllocateNothing(t *testing.T) {
	for _, method := range Methods() {
		b, err := New(Spec{Arms: 5, Method: method, Window: 50})
		require.NoError(t, err)
		rng := rand.New(rand.NewPCG(2, 2))
		step := func() {
			arm := b.Select(rng)
			if b.Update(arm, float64(arm)/5, 1) != nil {
				t.Error("refused")
			}
		}
		for range 2000 {
			step()
		}
		most := 0.0
		if method == RestartThompson || method == RestartKLUCB || method == Auto {
			most = 0.1 // where a history grows a bucket
		}
		assert.LessOrEqual(t, testing.AllocsPerRun(500, step), most, method)
	}
}

func FuzzStatesOfBanditsAreJudged(f *testing.F) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, method := range Methods() {
		b, _ := New(Spec{Arms: 2, Method: method, Window: 4})
		for range 30 {
			_ = b.Update(b.Select(rng), rng.Float64(), 1)
		}
		data, _ := b.MarshalBinary()
		f.Add(data[:len(data)-4]) // the checksum is put on again
	}
	l, _ := NewLinear(LinearSpec{Arms: 2, Features: 2})
	_ = l.Update(0, []float64{1, 2}, 1, 1)
	data, _ := l.MarshalBinary()
	f.Add(data[:len(data)-4]) // the checksum is put on again
	f.Fuzz(func(t *testing.T, data []byte) {
		data = frame.Seal(data)
		var b Bandit
		if b.UnmarshalBinary(data) == nil {
			first, err := b.MarshalBinary()
			require.NoError(t, err)
			require.NoError(t, b.UnmarshalBinary(first))
			rng := rand.New(rand.NewPCG(1, 1))
			for range 5 {
				arm := b.Select(rng)
				require.NoError(t, b.Update(arm, b.Spec().High, 1))
			}
		}
		var l Linear
		if l.UnmarshalBinary(data) == nil {
			x := make([]float64, l.spec.Features)
			_, err := l.Select(x, rand.New(rand.NewPCG(1, 1)))
			require.NoError(t, err)
		}
	})
}

func BenchmarkBandit(b *testing.B) {
	for _, method := range []Method{Auto, Thompson, UCB1, KLUCB, SlidingUCB} {
		b.Run(method.String()+"/10 arms", func(b *testing.B) {
			s, _ := New(Spec{Arms: 10, Method: method})
			rng := rand.New(rand.NewPCG(1, 1))
			b.ReportAllocs()
			for b.Loop() {
				arm := s.Select(rng)
				reward := 0.0
				if rng.Float64() < 0.1*float64(arm) {
					reward = 1
				}
				_ = s.Update(arm, reward, 1)
			}
		})
	}
}
