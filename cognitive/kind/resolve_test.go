// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestEachRuleSettlesAConflictInItsWay(t *testing.T) {
	at := func(s int64) time.Time { return time.Unix(s, 0) }
	sides := []Side{
		{"a", OfFloat(1), at(5), math.NaN()}, {"b", OfFloat(2), at(1), 0.9}, {"c", OfFloat(1), at(2), 0.5}, {"d", OfFloat(3), at(9), -1},
	}
	for rule, want := range map[Resolution]int{Latest: 3, Best: 1, Most: 0} {
		got, err := Resolve(rule, sides, nil)
		require.NoError(t, err)
		assert.Equal(t, want, got, "%s", rule)
	}
	got, err := Resolve(Through, sides, func(s []Side) (int, error) { return len(s) - 2, nil })
	require.NoError(t, err)
	assert.Equal(t, 2, got)
	got, err = Resolve(Agreed, []Side{sides[0], sides[2]}, nil)
	require.NoError(t, err)
	assert.Zero(t, got, "there is nothing to agree on")
	var values []string
	for _, s := range Candidates(sides) {
		values = append(values, s.Value.String())
	}
	assert.Equal(t, []string{"1", "3", "2"}, values)
}

func TestWhatNoRuleSettlesIsToldWithTheReason(t *testing.T) {
	sides := []Side{{Place: "a", Value: OfFloat(1)}, {Place: "b", Value: OfFloat(2)}}
	failed := errors.New("no idea")
	var why *ResolveError
	for _, c := range []struct {
		rule   Resolution
		sides  []Side
		custom func([]Side) (int, error)
	}{
		{Latest, nil, nil},
		{Latest, append(sides, sides[0]), nil},
		{Agreed, sides, nil},
		{Through, sides, nil},
		{99, sides, nil},
		{Through, sides, func([]Side) (int, error) { return 2, nil }},
	} {
		_, err := Resolve(c.rule, c.sides, c.custom)
		assert.ErrorAs(t, err, &why, "%s", c.rule)
	}
	_, err := Resolve(Through, sides, func([]Side) (int, error) { return 0, failed })
	assert.ErrorIs(t, err, failed)
	_, err = Resolve(Latest, append(sides, Side{Place: "c", Value: OfChoice("x")}), nil)
	assert.ErrorIs(t, err, ErrType)
}

// Every place comes to the same value, in whatever order it hears of the others, and it is one that somebody has.
func TestTheOrderOfThePlacesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sides := make([]Side, rapid.IntRange(1, 6).Draw(t, "sides"))
		for i := range sides {
			sides[i] = Side{
				fmt.Sprint(i), OfInteger(int64(rapid.IntRange(0, 3).Draw(t, "value"))), time.Unix(int64(rapid.IntRange(0, 2).Draw(t, "at")), 0),
				rapid.SampledFrom([]float64{math.NaN(), 0, 1}).Draw(t, "score"),
			}
		}
		mixed := rapid.Permutation(slices.Clone(sides)).Draw(t, "mixed")
		for _, rule := range []Resolution{Latest, Best, Most} {
			one, err := Resolve(rule, sides, nil)
			require.NoError(t, err)
			two, err := Resolve(rule, mixed, nil)
			require.NoError(t, err)
			require.Equal(t, sides[one].Place, mixed[two].Place, "%s", rule)
		}
		require.Equal(t, Candidates(sides)[0].Place, Candidates(mixed)[0].Place)
	})
}
