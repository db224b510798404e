// SPDX-License-Identifier: Apache-2.0

package arena

import (
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/cognitive/bandit"
)

var full = flag.Bool("full", false, "play all published worlds as often as they were published, in place of a few")

func published(t *testing.T) Published {
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "reference", "bandits.json"))
	require.NoError(t, err)
	p, err := Parse(data)
	require.NoError(t, err)
	require.Len(t, p.Cases, 13)
	return p
}

// regret of a method over some seeds after so many steps: the mean and its standard error.
func regret(t *testing.T, w World, method bandit.Method, runs, steps int) (mean, standardError float64) {
	t.Helper()
	var squares float64
	for i := range runs {
		b, err := bandit.New(bandit.Spec{Arms: w.Arms(), Method: method})
		require.NoError(t, err)
		x := Play(w, b, uint64(1000+i), steps)[0]
		d := x - mean
		mean += d / float64(i+1)
		squares += d * (x - mean)
	}
	n := float64(runs)
	return mean, math.Sqrt(squares / (n - 1) / n)
}

// With -full every method plays every world 200 times, else each method one or two, and less often.
func TestEachMethodHasThePublishedRegret(t *testing.T) {
	p := published(t)
	quick := map[string]int{"k2_p.9_.8": 1, "abrupt_k3": 2, "sin_k2": 2}
	far, compared := 0, 0
	for _, c := range p.Cases {
		runs, last := p.Runs, len(p.Checkpoints)-1
		if !*full {
			if quick[c.Name] == 0 {
				continue
			}
			runs, last = 20, quick[c.Name]
		}
		for _, method := range bandit.Methods() {
			figures, ok := c.Regret[method]
			if !ok {
				continue
			}
			mean, se := regret(t, c.World, method, runs, p.Checkpoints[last])
			want := figures[last]
			z := (mean - want.Mean) / math.Hypot(se, want.Half/1.96)
			compared++
			if math.Abs(z) > 3 {
				far++
			}
			assert.LessOrEqual(t, math.Abs(z), 4.0, "%s in %s: %.1f in place of %.1f, %.1f standard errors", method, c.Name, mean, want.Mean, z)
		}
	}
	assert.LessOrEqual(t, far, compared/100, "beyond 3 standard errors: about one in 370 is by chance")
}

func TestAutoForgetsWhereThingsChangeAndNotWhereTheyDoNot(t *testing.T) {
	for _, c := range published(t).Cases {
		auto := func(steps int) float64 {
			mean, _ := regret(t, c.World, bandit.Auto, 15, steps)
			return mean
		}
		switch c.Name {
		case "abrupt_k3":
			assert.Less(t, auto(10_000), 0.5*c.Regret[bandit.Thompson][2].Mean)
		case "irregular_k5_s103":
			assert.Less(t, auto(10_000), 0.75*c.Regret[bandit.SlidingUCB][2].Mean)
		case "k10_p.9_rest.6":
			assert.Less(t, auto(10_000), 1.25*c.Regret[bandit.Thompson][2].Mean)
		}
	}
}

func TestTheSameSeedIsTheSameRun(t *testing.T) {
	w := Stationary(0.3, 0.5, 0.4)
	for _, method := range bandit.Methods() {
		a, err := bandit.New(bandit.Spec{Arms: 3, Method: method})
		require.NoError(t, err)
		b, err := bandit.New(bandit.Spec{Arms: 3, Method: method})
		require.NoError(t, err)
		x, y := Play(w, a, 4, 10, 500), Play(w, b, 4, 10, 500)
		assert.Equal(t, x, y, method)
		assert.Len(t, x, 2)
		assert.LessOrEqual(t, x[0], x[1], "regret never falls")
	}
}

func TestAWaveIsWhatItsNumbersSay(t *testing.T) {
	w := World{Base: 0.5, Amplitude: 0.3, Omega: 0.1, Phases: []float64{0, math.Pi}}
	means, at := make([]float64, 2), 0
	step := rand.New(rand.NewPCG(1, 1)).IntN(1000)
	best := w.means(step, &at, means)
	assert.InDelta(t, 0.5+0.3*math.Sin(0.1*float64(step)), means[0], 1e-12)
	assert.InDelta(t, 1, means[0]+means[1], 1e-12)
	assert.InDelta(t, max(means[0], means[1]), best, 0)
}

func TestWhatIsNoFileOfFiguresIsRefused(t *testing.T) {
	for _, bad := range []string{
		`{`, `{"envs":{"x":{"env":{"kind":"odd"}}}}`, `{"envs":{"x":{"env":{"kind":"stationary"}}}}`, `{"envs":{"x":{"env":{"kind":"piecewise","segments":[3]}}}}`,
		`{"envs":{"x":{"env":{"kind":"stationary","means":[1]},"results":{"odd":[]}}}}`,
	} {
		_, err := Parse([]byte(bad))
		assert.Error(t, err)
	}
}
