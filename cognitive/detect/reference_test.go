// SPDX-License-Identifier: Apache-2.0

package detect

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type published struct {
	ID, Test string
	Input    struct {
		X, Y        []float64
		Tau2, Alpha float64
		Variance    float64
		Runs, N     int
		Points      [][2]float64 `json:"points_n_sum"`
	}
	Expected struct {
		T, DF, P   float64
		CI         [2]float64 `json:"ci95"`
		Ratio      []float64  `json:"likelihood_ratio"`
		Simulation struct {
			TypeOne float64 `json:"type1_peek_every_n"`
		}
	}
	Tolerance float64 `json:"rel_tol"`
}

func load(t *testing.T, test string) (out []published) {
	data, err := os.ReadFile(filepath.Join("..", "testdata", "reference", "tests_of_means.json"))
	require.NoError(t, err)
	var f struct{ Cases []published }
	require.NoError(t, json.Unmarshal(data, &f))
	for _, c := range f.Cases {
		if c.Test == test {
			out = append(out, c)
		}
	}
	require.NotEmpty(t, out)
	return out
}

func TestMeansAreComparedAsTheReferenceDoes(t *testing.T) {
	for _, c := range load(t, "welch") {
		var a, b Sample
		for _, x := range c.Input.X {
			a.Add(x)
		}
		for _, y := range c.Input.Y {
			b.Add(y)
		}
		a.Add(math.NaN())
		assert.Equal(t, len(c.Input.X), a.Len())
		got := Welch(a, b)
		assert.InEpsilon(t, c.Expected.T, got.T, c.Tolerance, c.ID)
		assert.InEpsilon(t, c.Expected.DF, got.Degrees, c.Tolerance, c.ID)
		assert.InEpsilon(t, c.Expected.P, got.P, c.Tolerance, c.ID)
		assert.InDelta(t, c.Expected.CI[0], got.Low, 1e-8, c.ID)
		assert.InDelta(t, c.Expected.CI[1], got.High, 1e-8, c.ID)
	}
	var one Sample
	one.Add(3)
	got := Welch(one, one)
	assert.InDelta(t, 1, got.P, 0)
	assert.True(t, math.IsInf(got.High, 1))
}

func TestTheMixtureHasTheRatioAndTheErrorOfTheReference(t *testing.T) {
	for _, c := range load(t, "msprt_normal_known_variance") {
		spec := SPRTSpec{Alpha: c.Input.Alpha, Deviation: math.Sqrt(c.Input.Variance), Scale: math.Sqrt(c.Input.Tau2)}
		for i, p := range c.Input.Points {
			s, err := NewSPRT(spec)
			require.NoError(t, err)
			for range int(p[0]) {
				s.Update(p[1]/p[0], 0)
			}
			assert.InEpsilon(t, c.Expected.Ratio[i], s.Ratio(), c.Tolerance, "%s: %v", c.ID, p)
		}
		// Looked at after each of so many values, where there is no difference.
		rng := rand.New(rand.NewPCG(1, uint64(c.Input.Tau2*100)))
		const runs = 1000
		spoke := 0.0
		for range runs {
			s, err := NewSPRT(spec)
			require.NoError(t, err)
			for range c.Input.N {
				if s.Update(rng.NormFloat64(), 0) != Undecided {
					spoke++
					break
				}
			}
		}
		want := c.Expected.Simulation.TypeOne
		se := math.Sqrt(want * (1 - want) * (1.0/runs + 1/float64(c.Input.Runs)))
		assert.InDelta(t, want, spoke/runs, 3*se, c.ID)
	}
}
