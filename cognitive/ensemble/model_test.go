// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"mabeam.dev/cognitive/internal/frame"
)

func TestLeastSquaresWeightsMeetTheirConditions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, cols := rapid.IntRange(1, 12).Draw(t, "rows"), rapid.IntRange(1, 6).Draw(t, "cols")
		entry := rapid.Float64Range(-3, 3)
		a := mat.NewDense(rows, cols, nil)
		b := mat.NewVecDense(rows, nil)
		for i := range rows {
			b.SetVec(i, entry.Draw(t, "b"))
			for j := range cols {
				a.Set(i, j, entry.Draw(t, "a"))
			}
		}
		if cols > 1 && rapid.Bool().Draw(t, "copy") { // members that say the same
			for i := range rows {
				a.Set(i, 1, a.At(i, 0))
			}
		}
		var gram mat.Dense
		gram.Mul(a.T(), a)
		sym := mat.NewSymDense(cols, gram.RawMatrix().Data)
		var atb mat.VecDense
		atb.MulVec(a.T(), b)
		x := nnls(sym, slices.Clone(atb.RawVector().Data))
		scale := 1.0
		for j := range cols {
			scale = max(scale, math.Abs(atb.AtVec(j)), sym.At(j, j))
		}
		for j := range cols {
			g := -atb.AtVec(j)
			for k := range cols {
				g += sym.At(j, k) * x[k]
			}
			require.GreaterOrEqual(t, x[j], 0.0)
			require.GreaterOrEqual(t, g, -1e-7*scale, "weight %d would help", j)
			require.LessOrEqual(t, math.Min(g, x[j]), 1e-7*scale, "weight %d is neither 0 nor at rest", j)
		}
	})
}

func TestCostOptimalIsWhatTryingAllTeamsFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 7).Draw(t, "n")
		voters := make([]Voter, n)
		for i := range voters {
			voters[i] = Voter{float64(rapid.IntRange(0, 20).Draw(t, "accuracy")) / 20, rapid.Int64Range(0, 9).Draw(t, "cost")}
		}
		budget := rapid.Int64Range(0, 30).Draw(t, "budget")
		got, err := CostOptimal(voters, budget)
		require.NoError(t, err)
		want := Choice{Accuracy: 0.5}
		for set := range 1 << n {
			var c Choice
			var p []float64
			for i, v := range voters {
				if set>>i&1 == 1 {
					c.Team, c.Cost, p = append(c.Team, i), c.Cost+v.Cost, append(p, v.Accuracy)
				}
			}
			if c.Cost > budget || len(p) == 0 {
				continue
			}
			c.Accuracy, err = Accuracy(p, ByLogOdds.Weights(p))
			require.NoError(t, err)
			a, b := math.Round(c.Accuracy*1e10), math.Round(want.Accuracy*1e10)
			if a > b || a == b && (c.Cost < want.Cost || c.Cost == want.Cost && slices.Compare(c.Team, want.Team) < 0) {
				want = c
			}
		}
		require.InDelta(t, want.Accuracy, got.Accuracy, 1e-10)
		require.Equal(t, want.Cost, got.Cost)
		require.Equal(t, want.Team, got.Team)
	})
}

func TestCostOptimalOfTwentyIsFoundInTime(t *testing.T) {
	var voters []Voter
	total := int64(0)
	for i := range 20 {
		voters = append(voters, Voter{0.55 + float64(i*7%20)/50, int64(3 + i*11%17)})
		total += voters[i].Cost
	}
	for _, share := range []int64{1, 2, 3} {
		c, err := CostOptimal(voters, total*share/4)
		require.NoError(t, err)
		assert.LessOrEqual(t, c.Cost, total*share/4)
		assert.Greater(t, c.Accuracy, 0.9)
	}
}

func TestAVoteIsWithinTheVotersAndAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 8).Draw(t, "p")
		odds, err := Accuracy(p, ByLogOdds.Weights(p))
		require.NoError(t, err)
		best := 0.0
		for _, x := range p {
			best = max(best, x, 1-x)
		}
		require.GreaterOrEqual(t, odds, best-1e-9, "no single voter is better than the log-odds vote")
		require.LessOrEqual(t, odds, 1+1e-9)
	})
}

func TestNumbersStayWithinTheMembers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(rapid.Float64Range(-1e300, 1e300), 1, 9).Draw(t, "xs")
		low, high := slices.Min(xs), slices.Max(xs)
		slack := 1e-12 * math.Max(math.Abs(low), math.Abs(high))
		within := func(x float64, err error) {
			require.NoError(t, err)
			require.True(t, x >= low-slack && x <= high+slack, "%v is not from %v to %v", x, low, high)
		}
		within(Mean(xs))
		within(Median(xs))
		within(TrimmedMean(xs, rapid.Float64Range(0, 0.49).Draw(t, "share")))
		variances := rapid.SliceOfN(rapid.Float64Range(1e-9, 1e9), len(xs), len(xs)).Draw(t, "variances")
		m, v, err := InverseVariance(xs, variances)
		within(m, err)
		require.LessOrEqual(t, v, slices.Min(variances))
	})
	_, err := Mean(nil)
	assert.Error(t, err)
	_, err = Median([]float64{1, math.NaN()})
	assert.Error(t, err)
	_, err = TrimmedMean([]float64{1}, 0.5)
	assert.Error(t, err)
	_, _, err = InverseVariance([]float64{1}, []float64{0})
	assert.Error(t, err)
	x, err := TrimmedMean([]float64{1000, 1, 2, 3, -1000}, 0.2)
	require.NoError(t, err)
	assert.InDelta(t, 2, x, 0)
}

func TestATextIsThatOfTheMajorityOrTheMostLikeTheOthers(t *testing.T) {
	at, majority, err := Text([]string{"Berlin.", "paris", "  berlin"}, nil, nil)
	require.NoError(t, err)
	assert.Equal(t, 0, at)
	assert.True(t, majority)
	at, majority, err = Text([]string{"rain all day", "sun all day", "snow tomorrow", "rain and sun all day"}, nil, nil)
	require.NoError(t, err)
	assert.Equal(t, 3, at)
	assert.False(t, majority)
	at, _, err = Text([]string{"a", "b"}, []float64{1, 3}, nil)
	require.NoError(t, err)
	assert.Equal(t, 1, at)
	_, _, err = Text(nil, nil, nil)
	assert.Error(t, err)
	_, _, err = Text([]string{"a"}, []float64{math.NaN()}, nil)
	assert.Error(t, err)
	assert.InDelta(t, 1, Words("", "?"), 0)
}

func TestTooFewOutcomesAreRefused(t *testing.T) {
	o := Outcomes{Classes: 2, Truth: make([]int, 19), Probabilities: [][][]float64{Labels(2, make([]int, 19)), Labels(2, make([]int, 19))}}
	for _, kind := range []Kind{StackNNLS, StackLogistic} {
		_, err := Fit(kind, o)
		assert.ErrorIs(t, err, ErrTooFewOutcomes)
	}
	m, report, err := Auto(o)
	require.NoError(t, err)
	assert.Equal(t, Single, m.Kind())
	assert.NotContains(t, report.Kinds, StackNNLS)
	_, err = Fit(Soft, Outcomes{Classes: 1, Truth: []int{3}, Probabilities: [][][]float64{{{math.NaN()}}, {}}})
	var spec *SpecError
	require.ErrorAs(t, err, &spec)
	for _, want := range []string{"classes", "truth", "member 0", "member 1"} {
		assert.ErrorContains(t, err, want)
	}
}

func TestModelsComeBackFromTheirBytes(t *testing.T) {
	c := cases(t)[0]
	for _, kind := range Kinds() {
		m, err := Fit(kind, c.outcomes())
		require.NoError(t, err)
		data, err := m.MarshalBinary()
		require.NoError(t, err)
		var back Model
		require.NoError(t, back.UnmarshalBinary(data))
		assert.Equal(t, c.labels(t, m), c.labels(t, &back), kind.String())
		again, err := back.MarshalBinary()
		require.NoError(t, err)
		assert.Equal(t, data, again)
		_, _, err = back.Combine(nil)
		assert.Error(t, err)
		for cut := range len(data) {
			assert.Error(t, new(Model).UnmarshalBinary(data[:cut]))
		}
	}
}

func TestBoostingEndsAtPerfectionAndAtChance(t *testing.T) {
	b, err := NewBooster(2, []int{0, 1, 0, 1})
	require.NoError(t, err)
	_, alpha, err := b.Add([]int{0, 1, 0, 1})
	require.NoError(t, err)
	assert.InDelta(t, 1, alpha, 0)
	assert.True(t, b.Done())
	_, _, err = b.Add([]int{0, 1, 0, 1})
	require.Error(t, err)
	b, err = NewBooster(2, []int{0, 1, 0, 1})
	require.NoError(t, err)
	e, _, err := b.Add([]int{0, 0, 1, 1})
	require.NoError(t, err)
	assert.InDelta(t, 0.5, e, 1e-12)
	assert.True(t, b.Done())
	assert.Empty(t, b.Members())
}

func TestACombinerLearnsWhomToBelieve(t *testing.T) {
	c, err := NewCombiner(2)
	require.NoError(t, err)
	ask := func() (class string, confidence int64) {
		answer, err := c.Combine([]byte(`[{"agent":"a","weight":1,"class":"yes","confidence":5},{"agent":"b","class":"no"},{"agent":"c","class":"no"}]`))
		require.NoError(t, err)
		var got combined
		require.NoError(t, json.Unmarshal(answer, &got))
		return got.Class, got.Confidence
	}
	class, confidence := ask()
	assert.Equal(t, "no", class, "without outcomes all weigh the same")
	assert.Positive(t, confidence)
	for i := range 50 {
		c.Learn("a", "yes", "yes")
		c.Learn("b", "yes", []string{"yes", "no"}[i%2])
		c.Learn("c", "no", []string{"yes", "no"}[i%2])
	}
	state, err := c.MarshalBinary()
	require.NoError(t, err)
	c = &Combiner{}
	require.NoError(t, c.UnmarshalBinary(state))
	class, confidence = ask()
	assert.Equal(t, "yes", class, "who is right is believed against two who guess")
	assert.Greater(t, confidence, int64(900_000))
	for _, bad := range []string{`{`, `[]`, `[{"agent":"a"}]`, `[{"class":"a"}]`} {
		_, err := c.Combine([]byte(bad))
		assert.Error(t, err)
	}
}

func TestSkillsOfRatersAreLearnedWithoutTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		classes := rapid.IntRange(2, 4).Draw(t, "classes")
		items := rapid.IntRange(1, 20).Draw(t, "items")
		labels := make([][]int, items)
		for i := range labels {
			labels[i] = rapid.SliceOfN(rapid.IntRange(-1, classes-1), 3, 3).Draw(t, "labels")
			labels[i][0] = max(labels[i][0], 0)
		}
		before := math.Inf(-1)
		for _, rounds := range []int{1, 2, 5, 20} {
			s, err := DawidSkene(labels, classes, SkillSpec{Rounds: rounds})
			require.NoError(t, err)
			require.GreaterOrEqual(t, s.LogLikelihood, before-1e-6, "a round never makes the labels less likely")
			before = s.LogLikelihood
			for i := range items {
				sum := 0.0
				for _, p := range s.Posterior[i] {
					sum += p
				}
				require.InDelta(t, 1, sum, 1e-9)
			}
			require.LessOrEqual(t, s.Accuracy(0), 1+1e-9)
		}
	})
	_, err := DawidSkene([][]int{{-1, -1}, {5, 0}}, 2, SkillSpec{Rounds: -1})
	assert.ErrorContains(t, err, "item 1")
	_, err = DawidSkene(nil, 2, SkillSpec{})
	assert.Error(t, err)
	s, err := DawidSkene([][]int{{0, 0}, {1, 1}}, 2, SkillSpec{Tolerance: 1e-3})
	require.NoError(t, err)
	assert.Less(t, s.Rounds, 200)
}

func FuzzStatesOfEnsemblesAreJudged(f *testing.F) {
	b, _ := NewBooster(2, []int{0, 1})
	state, _ := b.MarshalBinary()
	f.Add(state[:len(state)-4]) // the checksum is put on again
	c, _ := NewCombiner(3)
	c.Learn("a", "x", "x")
	state, _ = c.MarshalBinary()
	f.Add(state[:len(state)-4]) // the checksum is put on again
	m := Model{kind: StackNNLS, classes: 2, members: 2, weights: []float64{1, 0}}
	state, _ = m.MarshalBinary()
	f.Add(state[:len(state)-4]) // the checksum is put on again
	f.Fuzz(func(t *testing.T, data []byte) {
		data = frame.Seal(data)
		for _, v := range []interface {
			UnmarshalBinary(data []byte) error
			MarshalBinary() ([]byte, error)
		}{&Model{}, &Booster{}, &Combiner{}} {
			if v.UnmarshalBinary(data) != nil {
				continue
			}
			first, err := v.MarshalBinary()
			require.NoError(t, err)
			require.NoError(t, v.UnmarshalBinary(first))
			again, err := v.MarshalBinary()
			require.NoError(t, err)
			require.True(t, bytes.Equal(first, again))
		}
	})
}

func BenchmarkCombine(b *testing.B) {
	rows := [][]float64{{0.7, 0.2, 0.1}, {0.1, 0.8, 0.1}, {0.5, 0.3, 0.2}}
	m := &Model{kind: StackNNLS, classes: 3, members: 3, weights: []float64{0.5, 0.2, 0.3}}
	b.ReportAllocs()
	for b.Loop() {
		_, _, _ = m.Combine(rows)
	}
}

func BenchmarkCostOptimalOfTwenty(b *testing.B) {
	var voters []Voter
	for i := range 20 {
		voters = append(voters, Voter{0.55 + float64(i*7%20)/50, int64(3 + i*11%17)})
	}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = CostOptimal(voters, 100)
	}
}
