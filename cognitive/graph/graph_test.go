// SPDX-License-Identifier: Apache-2.0

package graph_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/cognitive/graph"
)

func made(t require.TestingT, nodes ...[]string) *graph.Graph {
	g := graph.New()
	for _, n := range nodes {
		require.NoError(t, g.Add(n[0], n[1:]...))
	}
	return g
}

func TestACycleIsRefusedWithItsPath(t *testing.T) {
	g := made(t, []string{"a"}, []string{"b", "a"}, []string{"c", "b", "a"}, []string{"d", "c"})
	err := g.Replace("b", "a", "d")
	var cycle *graph.CycleError
	require.ErrorAs(t, err, &cycle)
	assert.Equal(t, []string{"b", "d", "c", "b"}, cycle.Path)
	assert.Equal(t, []string{"a"}, g.Inputs("b"), "nothing was changed")
	assert.ErrorAs(t, g.Add("e", "e"), &cycle)
	assert.Equal(t, []string{"e", "e"}, cycle.Path)
	assert.ErrorAs(t, g.Replace("b", "b"), &cycle)
	assert.Equal(t, "graph: cycle: b <- b", cycle.Error())
}

func TestAGraphIsNeverLeftWithAHole(t *testing.T) {
	g := made(t, []string{"a"}, []string{"b", "a"})
	var unknown *graph.UnknownError
	assert.ErrorAs(t, g.Add("c", "x"), &unknown)
	assert.False(t, g.Has("c"))
	assert.ErrorAs(t, g.Replace("x"), &unknown)
	assert.ErrorAs(t, g.Remove("x"), &unknown)
	var depended *graph.DependedError
	require.ErrorAs(t, g.Remove("a"), &depended)
	assert.Equal(t, []string{"b"}, depended.By)
	assert.ErrorIs(t, g.Add("b"), graph.ErrDuplicate)
	require.NoError(t, g.Remove("b"))
	require.NoError(t, g.Remove("a"))
	assert.Equal(t, -1, g.Height("a"))
}

func TestADiamondComputesItsBottomOnce(t *testing.T) {
	g := made(t, []string{"top"}, []string{"left", "top"}, []string{"right", "top"}, []string{"bottom", "left", "right", "top"})
	assert.Equal(t, []string{"left", "right", "bottom"}, g.Downstream("top"))
	run := g.Changed("top")
	for _, want := range []string{"left", "right"} {
		name, ok := run.Next()
		require.True(t, ok)
		assert.Equal(t, want, name)
		run.Done(name, false)
	}
	name, _ := run.Next()
	assert.Equal(t, "bottom", name, "it has an input that did change")
	run.Done(name, true)
	_, ok := run.Next()
	assert.False(t, ok)
}

// A graph of up to 50 names, changed at random, against computing everything anew in the order of addition, which is one in which inputs come first as long as nothing
// was replaced; after replacements the naive order is found by repetition.
func TestARunLeavesEveryValueAsIfAllWereComputed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 50).Draw(t, "n")
		g, inputs, value := graph.New(), map[string][]string{}, map[string]int{}
		var all []string
		for i := range n {
			name := fmt.Sprint("v", i)
			if i > 0 && rapid.IntRange(0, 3).Draw(t, "composite") > 0 {
				inputs[name] = rapid.SliceOfNDistinct(rapid.SampledFrom(all), 1, min(3, i), rapid.ID[string]).Draw(t, "in")
			}
			require.NoError(t, g.Add(name, inputs[name]...))
			all = append(all, name)
		}
		for range rapid.IntRange(0, 10).Draw(t, "replacements") {
			name := rapid.SampledFrom(all).Draw(t, "name")
			in := rapid.SliceOfNDistinct(rapid.SampledFrom(all), 0, 3, rapid.ID[string]).Draw(t, "in")
			err := g.Replace(name, in...)
			cyclic := slices.ContainsFunc(in, func(i string) bool { return i == name || slices.Contains(downstream(inputs, name), i) })
			require.Equal(t, cyclic, err != nil, "%v", err)
			if err == nil {
				inputs[name] = in
			}
		}
		compute := func(name string) int { // a function that forgets much, so that changes stop
			sum := 0
			for _, i := range inputs[name] {
				sum += value[i]
			}
			return sum / 2 % 5
		}
		settle := func() {
			for range n {
				for _, name := range all {
					if len(inputs[name]) > 0 {
						value[name] = compute(name)
					}
				}
			}
		}
		settle()
		for range 5 {
			var changed []string
			for _, name := range all {
				if len(inputs[name]) == 0 && rapid.Bool().Draw(t, "changes") {
					value[name] += rapid.IntRange(1, 3).Draw(t, "by")
					changed = append(changed, name)
				}
			}
			times := map[string]int{}
			for run := g.Changed(changed...); ; {
				name, ok := run.Next()
				if !ok {
					break
				}
				times[name]++
				require.Equal(t, 1, times[name])
				v := compute(name)
				run.Done(name, v != value[name])
				value[name] = v
			}
			got := fmt.Sprint(value)
			settle()
			require.Equal(t, fmt.Sprint(value), got)
		}
	})
}

// downstream is all that is computed from a name, found naively.
func downstream(inputs map[string][]string, name string) (all []string) {
	for again := true; again; {
		again = false
		for n, in := range inputs {
			if !slices.Contains(all, n) && slices.ContainsFunc(in, func(i string) bool { return i == name || slices.Contains(all, i) }) {
				all, again = append(all, n), true
			}
		}
	}
	return all
}

func ExampleGraph() {
	g := graph.New()
	_ = g.Add("price")
	_ = g.Add("quantity")
	_ = g.Add("total", "price", "quantity")
	_ = g.Add("tax", "total")
	fmt.Println(g.Downstream("price"))
	fmt.Println(g.Replace("total", "price", "tax"))
	// Output:
	// [total tax]
	// graph: cycle: total <- tax <- total
}
