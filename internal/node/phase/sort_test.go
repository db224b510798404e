// SPDX-License-Identifier: Apache-2.0

package phase_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/internal/node/phase"
)

func TestSortMovesOnlyWhatMustMove(t *testing.T) {
	for name, c := range map[string]struct {
		names []string
		needs map[string][]string
		want  []string
	}{
		"nothing needs anything": {[]string{"c", "a", "b"}, nil, []string{"c", "a", "b"}},
		"already in order":       {[]string{"a", "b", "c"}, map[string][]string{"c": {"a"}}, []string{"a", "b", "c"}},
		"one step back":          {[]string{"a", "b", "c", "d"}, map[string][]string{"b": {"c"}}, []string{"a", "c", "b", "d"}},
		"a chain reversed":       {[]string{"a", "b", "c"}, map[string][]string{"a": {"b"}, "b": {"c"}}, []string{"c", "b", "a"}},
		"a need written twice":   {[]string{"a", "b"}, map[string][]string{"a": {"b", "b"}}, []string{"b", "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := phase.Sort(c.names, c.needs)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestSortNamesEveryMistake(t *testing.T) {
	order, err := phase.Sort([]string{"store", "cache", "a", "b", "c", "self", "behind", "fine"}, map[string][]string{
		"cache": {"stor"}, "a": {"b"}, "b": {"c"}, "c": {"a"}, "self": {"self"}, "behind": {"a"},
	})
	assert.Equal(t, []string{"store", "cache", "fine"}, order, "what is in or behind a circle has no place")
	assert.EqualError(t, err, `phase: order "cache": it depends on "stor", which is not there (did you mean "store"?)
phase: order "a": it depends on itself: a -> b -> c -> a
phase: order "self": it depends on itself: self -> self`)
	var missing *phase.MissingError
	require.ErrorAs(t, err, &missing)
	assert.Equal(t, phase.MissingError{Name: "cache", Needs: "stor", Near: "store"}, *missing)
}

// The naive order takes, again and again, the first name whose needs all stand.
func TestSortAgreesWithANaiveOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 8).Draw(t, "names")
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprint("n", i)
		}
		needs := map[string][]string{}
		for _, name := range names {
			for range rapid.IntRange(0, 2).Draw(t, "needs of "+name) {
				needs[name] = append(needs[name], rapid.SampledFrom(append(slices.Clone(names), "gone")).Draw(t, "need"))
			}
		}
		var want []string
		for moved := true; moved; {
			moved = false
			for _, name := range names {
				stands := func(need string) bool { return need == "gone" || slices.Contains(want, need) }
				if !slices.Contains(want, name) && !slices.ContainsFunc(needs[name], func(need string) bool { return !stands(need) }) {
					want, moved = append(want, name), true
					break
				}
			}
		}
		got, err := phase.Sort(names, needs)
		if !slices.Equal(want, got) {
			t.Fatalf("order %v, naive %v", got, want)
		}
		var circle *phase.CycleError
		if has := errors.As(err, &circle); has != (len(want) < n) {
			t.Fatalf("a circle is reported: %v, there is one: %v", has, len(want) < n)
		} else if has {
			for i, name := range circle.Names {
				if next := circle.Names[(i+1)%len(circle.Names)]; !slices.Contains(needs[name], next) {
					t.Fatalf("%s: %s does not need %s", circle.Circle(), name, next)
				}
			}
		}
		var gone *phase.MissingError
		wants := slices.ContainsFunc(names, func(name string) bool { return slices.Contains(needs[name], "gone") })
		if errors.As(err, &gone) != wants {
			t.Fatalf("a missing name is reported: %v, there is one: %v", !wants, wants)
		}
	})
}
