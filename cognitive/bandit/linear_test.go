// SPDX-License-Identifier: Apache-2.0

package bandit

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// The posterior in closed form: A = λI + Σ w·x·xᵀ, mean A⁻¹·Σ w·r·x, covariance A⁻¹.
func TestALinearModelIsItsPosteriorInClosedForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.IntRange(1, 5).Draw(t, "features")
		ridge := rapid.Float64Range(0.1, 5).Draw(t, "ridge")
		b, err := NewLinear(LinearSpec{Arms: 2, Features: d, Ridge: ridge, Low: -10, High: 10, Exploration: 0.7})
		require.NoError(t, err)
		a := mat.NewDense(d, d, nil)
		for i := range d {
			a.Set(i, i, ridge)
		}
		v := mat.NewVecDense(d, nil)
		entry := rapid.Float64Range(-3, 3)
		draw := func() []float64 { return rapid.SliceOfN(entry, d, d).Draw(t, "x") }
		for range rapid.IntRange(0, 20).Draw(t, "reports") {
			x, r, w := draw(), entry.Draw(t, "r"), rapid.Float64Range(0.1, 3).Draw(t, "w")
			require.NoError(t, b.Update(1, x, r, w))
			xv := mat.NewVecDense(d, x)
			a.RankOne(a, w, xv, xv)
			v.AddScaledVec(v, w*r, xv)
		}
		var inverse mat.Dense
		require.NoError(t, inverse.Inverse(a))
		var theta mat.VecDense
		theta.MulVec(&inverse, v)
		x := draw()
		xv := mat.NewVecDense(d, x)
		mean, deviation := b.Predict(1, x)
		require.InDelta(t, mat.Dot(&theta, xv), mean, 1e-7)
		require.InDelta(t, math.Sqrt(mat.Inner(xv, &inverse, xv)), deviation, 1e-7)
		arm, err := b.Select(x, rand.New(rand.NewPCG(1, 1)))
		require.NoError(t, err)
		m0, d0 := b.Predict(0, x)
		if gap := mean + 0.7*deviation - m0 - 0.7*d0; math.Abs(gap) > 1e-9 {
			require.Equal(t, gap > 0, arm == 1, "the larger upper bound is played")
		}
	})
}

func TestSampledModelsHaveTheMeanAndTheVarianceOfThePosterior(t *testing.T) {
	b, err := NewLinear(LinearSpec{Arms: 1, Features: 2, Method: LinTS, Exploration: 0.5, Low: -5, High: 5})
	require.NoError(t, err)
	for _, x := range [][]float64{{1, 0.5}, {0.2, -1}, {1, 1}} {
		require.NoError(t, b.Update(0, x, x[0], 1))
	}
	x := []float64{0.3, 0.9}
	mean, deviation := b.Predict(0, x)
	rng := rand.New(rand.NewPCG(3, 4))
	const draws = 50_000
	sum, squares := 0.0, 0.0
	for range draws {
		for j := range b.z {
			b.z[j] = rng.NormFloat64()
		}
		backward(b.models[0].l, b.z)
		y := mean + 0.5*dot(b.z, x)
		sum += y
		squares += y * y
	}
	m := sum / draws
	assert.InDelta(t, mean, m, 4*0.5*deviation/math.Sqrt(draws))
	assert.InEpsilon(t, 0.25*deviation*deviation, squares/draws-m*m, 0.03)
}

func TestContextsDecideWhichArmIsPlayed(t *testing.T) {
	for _, method := range []LinearMethod{LinUCB, LinTS} {
		b, err := NewLinear(LinearSpec{Arms: 2, Features: 2, Method: method, Exploration: 0.3})
		require.NoError(t, err)
		rng := rand.New(rand.NewPCG(8, uint64(method)))
		right := 0
		for step := range 2000 {
			x := []float64{1, rng.Float64()} // the first arm pays x, the second 1 - x
			arm, err := b.Select(x, rng)
			require.NoError(t, err)
			p := []float64{x[1], 1 - x[1]}
			reward := 0.0
			if rng.Float64() < p[arm] {
				reward = 1
			}
			require.NoError(t, b.Update(arm, x, reward, 1))
			if step >= 1000 && p[arm] >= 0.5 {
				right++
			}
		}
		assert.Greater(t, right, 900, method)
	}
}

func TestALinearBanditRefusesWhatItCannotLearnFromAndComesBack(t *testing.T) {
	b, err := NewLinear(LinearSpec{Arms: 2, Features: 2})
	require.NoError(t, err)
	for _, bad := range []error{
		b.Update(2, []float64{1, 1}, 0, 1), b.Update(0, []float64{1}, 0, 1), b.Update(0, []float64{1, math.NaN()}, 0, 1),
		b.Update(0, []float64{1, 1}, math.NaN(), 1), b.Update(0, []float64{1, 1}, 0, 0),
	} {
		var wrong *RewardError
		assert.ErrorAs(t, bad, &wrong)
	}
	_, err = b.Select([]float64{math.Inf(1), 0}, nil)
	assert.Error(t, err)
	require.NoError(t, b.Update(0, []float64{1, 2}, 7, 2))
	assert.Equal(t, Counts{Learned: 1, Clipped: 1, Refused: 5}, b.Counts())
	data, err := b.MarshalBinary()
	require.NoError(t, err)
	var back Linear
	require.NoError(t, back.UnmarshalBinary(data))
	again, err := back.MarshalBinary()
	require.NoError(t, err)
	assert.Equal(t, data, again)
	m0, d0 := b.Predict(0, []float64{3, 4})
	m1, d1 := back.Predict(0, []float64{3, 4})
	assert.Equal(t, []float64{m0, d0}, []float64{m1, d1})
	for cut := range len(data) {
		assert.Error(t, back.UnmarshalBinary(data[:cut]))
	}
	x := []float64{1, 2}
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		arm, _ := b.Select(x, nil)
		_ = b.Update(arm, x, 0.5, 1)
	}))
}
