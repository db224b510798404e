// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A study that is made of the records of another one, up to any of them, goes on as the other did, with crashes between any two steps.
func TestAStudyIsWhatItsRecordsSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		space, o := drawSearch(t)
		make := func() *Study {
			s, err := NewStudy(space, o, Pruning{Rule: Median, Warm: 2})
			require.NoError(t, err)
			return s
		}
		s := make()
		journal := []Record{s.Begin()}
		require.NoError(t, s.Apply(s.Begin()))
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			if rapid.IntRange(0, 9).Draw(t, "crash") == 0 {
				again := make()
				for _, r := range journal {
					data, err := json.Marshal(r)
					require.NoError(t, err)
					var read Record
					require.NoError(t, json.Unmarshal(data, &read))
					require.NoError(t, again.Apply(read))
				}
				require.Equal(t, s.Open(), again.Open())
				require.Equal(t, s.Cost(), again.Cost())
				s = again
			}
			open := s.Open()
			if len(open) == 0 || rapid.Bool().Draw(t, "ask") {
				records, err := s.Ask(rapid.IntRange(1, 3).Draw(t, "k"))
				if err != nil {
					require.ErrorIs(t, err, ErrExhausted)
				}
				journal = append(journal, records...)
				continue
			}
			id := rapid.SampledFrom(open).Draw(t, "trial").ID
			m := Measurement{Value: rapid.Float64Range(-9, 9).Draw(t, "value"), Cost: 1}
			r := Record{Step: Told, Trial: id, Answer: &m}
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				m.Resource = 1
				r.Step = Reported
			case 1:
				r = s.Stopped(id)
			case 2:
				m.Failed, r.Cause = true, Crashed
			}
			journal = append(journal, r)
			require.NoError(t, s.Apply(r))
			if r.Step == Told {
				require.ErrorIs(t, s.Apply(r), ErrAlreadyTold)
			}
		}
	})
}

func TestAStudyRefusesRecordsThatAreNotItsOwn(t *testing.T) {
	space, err := NewSpace(Dimension{Name: "x", Max: 1})
	require.NoError(t, err)
	s, err := NewStudy(space, Options{Seed: 1}, Pruning{})
	require.NoError(t, err)
	other, err := NewStudy(space, Options{Seed: 2}, Pruning{})
	require.NoError(t, err)
	asked := Record{Step: Asked, Trial: 1, Asked: &Trial{ID: 1, Point: Point{0.5}}}
	require.ErrorIs(t, s.Apply(asked), ErrInvalidState, "it has not begun")
	require.ErrorIs(t, s.Apply(other.Begin()), ErrInvalidState)
	require.NoError(t, s.Apply(s.Begin()))
	require.ErrorIs(t, s.Apply(s.Begin()), ErrInvalidState)
	for _, r := range []Record{asked, {Step: Asked, Trial: 1}, {Step: Told, Trial: 1}, {Step: Reported}, {Step: "x"}} {
		require.ErrorIs(t, s.Apply(r), ErrInvalidState)
	}
}

func TestAPrunedTrialIsNeverBetterThanOneThatWasFinished(t *testing.T) {
	space, err := NewSpace(Dimension{Name: "x", Max: 1})
	require.NoError(t, err)
	s, err := NewStudy(space, Options{}, Pruning{})
	require.NoError(t, err)
	require.NoError(t, s.Apply(s.Begin()))
	_, err = s.Ask(2)
	require.NoError(t, err)
	s.Report(1, Measurement{Value: 1, Resource: 3})
	require.NoError(t, s.Apply(s.Stopped(1)))
	require.NoError(t, s.Apply(Record{Step: Told, Trial: 2, Answer: &Measurement{Value: 5}}))
	best, m, ok := s.Search().Best()
	require.True(t, ok)
	assert.Equal(t, TrialID(2), best.ID)
	assert.Equal(t, 5.0, m.Value)
	assert.Equal(t, 1, s.Count(Pruned))
}

func TestAnswersThatCannotBeAreLies(t *testing.T) {
	inf := math.Inf(1)
	for text, want := range map[string]float64{"3": 3, " -1.5e3 ": -1500, `{"value": 2, "cost": 4}`: 2} {
		m, err := ReadAnswer(1, []byte(text), -inf, inf)
		require.NoError(t, err, text)
		assert.Equal(t, want, m.Value)
	}
	for _, text := range []string{"", "null", `"NaN"`, "NaN", "[1]", `{"value": null}`, `{"valu": 1}`, `{"value": "1"}`, "1e101", `{"value": 1, "cost": -1}`, "11", "-1"} {
		m, err := ReadAnswer(7, []byte(text), 0, 10)
		var lie *TrialError
		require.ErrorAs(t, err, &lie, text)
		assert.Equal(t, Lied, lie.Cause)
		assert.Equal(t, TrialID(7), lie.Trial)
		assert.True(t, m.Failed)
	}
}
