// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawSpace makes any space; with numbers only if that is asked.
func drawSpace(t *rapid.T, numeric bool) *Space {
	var dims []Dimension
	for i := range rapid.IntRange(1, 5).Draw(t, "dimensions") {
		d := Dimension{Name: fmt.Sprint("d", i), Kind: Kind(rapid.IntRange(0, 2).Draw(t, "kind"))}
		if numeric {
			d.Kind %= 2
		}
		switch d.Kind {
		case Float:
			d.Min = rapid.Float64Range(-1e6, 1e6).Draw(t, "min")
			d.Max = d.Min + rapid.Float64Range(1e-3, 1e6).Draw(t, "size")
			if d.Log = d.Min > 0 && rapid.Bool().Draw(t, "log"); !d.Log && rapid.Bool().Draw(t, "small") {
				d.Min, d.Max = 0, 1e-9
			}
		case Integer:
			d.Min = float64(rapid.IntRange(-1000, 1000).Draw(t, "min"))
			d.Max = d.Min + float64(rapid.IntRange(1, 1<<40).Draw(t, "size"))
			d.Log = d.Min > 0 && rapid.Bool().Draw(t, "log")
		case Categorical:
			for o := range rapid.IntRange(2, 4).Draw(t, "options") {
				d.Options = append(d.Options, fmt.Sprint("o", o))
			}
		}
		var parents []Dimension
		for _, p := range dims {
			if p.Kind == Categorical {
				parents = append(parents, p)
			}
		}
		if len(parents) > 0 && rapid.Bool().Draw(t, "conditional") {
			p := rapid.SampledFrom(parents).Draw(t, "parent")
			d.When = &Condition{Parent: p.Name, In: []string{rapid.SampledFrom(p.Options).Draw(t, "option")}}
		}
		dims = append(dims, d)
	}
	s, err := NewSpace(dims...)
	require.NoError(t, err)
	return s
}

// drawSearch makes a search of any method on a space that it takes.
func drawSearch(t *rapid.T) (*Space, Options) {
	o := Options{Method: rapid.SampledFrom(Methods()).Draw(t, "method"), Seed: rapid.Uint64().Draw(t, "seed"), Limit: rapid.SampledFrom([]int{0, 7, 40}).Draw(t, "limit")}
	numeric := false
	switch o.Method {
	case "es", "cma-es", "trust", "spsa", "tracker":
		numeric = true
	case "arms":
		s, err := NewSpace(Dimension{Name: "a", Kind: Categorical, Options: []string{"x", "y", "z"}}, Dimension{
			Name: "b", Kind: Categorical, Options: []string{"u", "v"}, When: &Condition{Parent: "a", In: []string{"y"}},
		})
		require.NoError(t, err)
		return s, o
	case "pbt", "asha", "hyperband":
		o.MinResource, o.MaxResource, o.Population = 1, 9, 4
	case "auto":
		o.Drift = rapid.Bool().Draw(t, "drift")
		if rapid.Bool().Draw(t, "levels") {
			o.MaxResource = 9
		}
	}
	return drawSpace(t, numeric), o
}

// Whatever is asked is in the space, whatever is told, in whatever order; and a search that is restored at any moment goes on as the first one does.
func TestASearchAsksValidPointsAndGoesOnAfterARestore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		space, o := drawSearch(t)
		s, err := New(space, o)
		require.NoError(t, err)
		var open []TrialID
		told := map[TrialID]bool{}
		restore := rapid.IntRange(0, 40).Draw(t, "restore")
		var twin *Search
		for step := range rapid.IntRange(1, 60).Draw(t, "steps") {
			if step == restore {
				data, err := s.MarshalBinary()
				require.NoError(t, err)
				twin, err = New(space, o)
				require.NoError(t, err)
				require.NoError(t, twin.UnmarshalBinary(data))
			}
			if len(open) == 0 || rapid.Bool().Draw(t, "ask") {
				k := rapid.IntRange(1, 3).Draw(t, "k")
				trials, err := s.Ask(k)
				if twin != nil {
					again, err2 := twin.Ask(k)
					require.Equal(t, trials, again)
					require.Equal(t, err, err2)
				}
				if err != nil {
					require.ErrorIs(t, err, ErrExhausted)
					continue
				}
				require.LessOrEqual(t, len(trials), k)
				for _, trial := range trials {
					require.NoError(t, space.Check(trial.Point), "%v", trial.Point)
					for i, v := range space.point(space.unit(trial.Point)) {
						if space.Dimension(i).Kind == Float {
							require.InEpsilon(t, 1+math.Abs(trial.Point[i]), 1+math.Abs(v), 1e-9)
						} else {
							require.Equal(t, trial.Point[i], v, "a whole number is found again")
						}
					}
					open = append(open, trial.ID)
				}
				continue
			}
			at := rapid.IntRange(0, len(open)-1).Draw(t, "which")
			id := open[at]
			open = append(open[:at], open[at+1:]...)
			m := Measurement{Value: rapid.SampledFrom([]float64{0, 1, -1, 1e99, -1e99, 1e300, math.NaN(), math.Inf(1), 3, 4, 5}).Draw(t, "value")}
			if rapid.Bool().Draw(t, "smooth") {
				tr, _, _, _ := s.Trial(id)
				m.Value = 0
				for _, u := range space.unit(tr.Point) {
					m.Value += (u - 0.3) * (u - 0.3)
				}
			}
			require.NoError(t, s.Tell(id, m))
			if twin != nil {
				require.NoError(t, twin.Tell(id, m))
			}
			told[id] = true
			require.ErrorIs(t, s.Tell(id, m), ErrAlreadyTold)
			if trial, best, ok := s.Best(); ok {
				require.False(t, best.Failed)
				require.True(t, told[trial.ID])
			}
		}
		require.Equal(t, len(open), s.Open())
		require.ErrorIs(t, s.Tell(0, Measurement{}), ErrUnknownTrial)
		require.ErrorIs(t, s.Tell(TrialID(s.Asked()+1), Measurement{}), ErrUnknownTrial)
	})
}

func TestASearchWithALimitEnds(t *testing.T) {
	for _, method := range []string{"auto", "random", "cma-es", "asha", "pbt"} {
		space, err := NewSpace(Dimension{Name: "x", Max: 1}, Dimension{Name: "n", Kind: Integer, Min: 1, Max: 9})
		require.NoError(t, err)
		s, err := New(space, Options{Method: method, Limit: 10, Population: 4})
		require.NoError(t, err)
		asked := 0
		for !s.Done() {
			trials, err := s.Ask(3)
			require.NoError(t, err)
			for _, trial := range trials {
				asked++
				require.NoError(t, s.Tell(trial.ID, Measurement{Value: trial.Point[0]}))
			}
		}
		assert.Equal(t, 10, asked, method)
		_, err = s.Ask(1)
		assert.ErrorIs(t, err, ErrExhausted, method)
	}
}

func TestEveryMistakeOfASpaceAndOfOptionsIsNamed(t *testing.T) {
	_, err := NewSpace(
		Dimension{Name: "a", Min: 2, Max: 1}, Dimension{Name: "a", Max: math.Inf(1)}, Dimension{Name: "l", Max: 1, Log: true}, Dimension{},
		Dimension{Name: "i", Kind: Integer, Min: 0.5, Max: 3}, Dimension{Name: "c", Kind: Categorical, Options: []string{"x", "x"}},
		Dimension{Name: "w", Max: 1, When: &Condition{Parent: "c", In: []string{"nope"}}}, Dimension{Name: "v", Max: 1, When: &Condition{Parent: "later"}},
	)
	require.ErrorIs(t, err, ErrInvalidSpace)
	for _, text := range []string{"2 is not below 1", "the name is taken", "+Inf is not finite", "begin above 0", "has no name", "no whole numbers", "given twice", `no option "nope"`, `"later" is no categorical`} {
		assert.ErrorContains(t, err, text)
	}
	space, err := NewSpace(Dimension{Name: "x", Max: 1})
	require.NoError(t, err)
	_, err = New(space, Options{Method: "guess", Limit: -1, Eta: 1, MinResource: 5, MaxResource: 2})
	require.ErrorIs(t, err, ErrInvalidOptions)
	for _, text := range []string{"method", "limit", "eta", "max_resource"} {
		assert.ErrorContains(t, err, text)
	}
	var wrong *PointError
	require.ErrorAs(t, space.Check(Point{2}), &wrong)
	assert.Equal(t, "x", wrong.Dimension)
	require.ErrorIs(t, space.Check(Point{math.NaN()}), ErrInvalidPoint)
	require.ErrorIs(t, space.Check(Point{}), ErrInvalidPoint)
}

func FuzzUnmarshalBinary(f *testing.F) {
	space, err := NewSpace(Dimension{Name: "x", Max: 1}, Dimension{Name: "n", Kind: Integer, Min: 1, Max: 9})
	if err != nil {
		f.Fatal(err)
	}
	for i, m := range Methods() {
		s, err := New(space, Options{Method: m})
		if err != nil {
			continue
		}
		for n := range 30 {
			if trials, err := s.Ask(1); err == nil && len(trials) > 0 {
				_ = s.Tell(trials[0].ID, Measurement{Value: float64(n % 7)})
			}
		}
		data, err := s.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, byte(i))
	}
	f.Fuzz(func(t *testing.T, data []byte, which byte) {
		s, err := New(space, Options{Method: Methods()[int(which)%len(Methods())]})
		if err != nil {
			return
		}
		if err := s.UnmarshalBinary(data); err != nil {
			if trials, err := s.Ask(1); err != nil || len(trials) != 1 {
				t.Fatal("a state that was refused has changed the search")
			}
			return
		}
		for range 5 { // what was taken can be gone on with
			trials, err := s.Ask(2)
			if err != nil {
				return
			}
			for _, trial := range trials {
				if err := space.Check(trial.Point); err != nil {
					t.Fatal(err)
				}
				if err := s.Tell(trial.ID, Measurement{Value: trial.Point[0]}); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
