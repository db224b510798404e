// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
)

func TestWhatEachIsToldTakesMemoryOnce(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	sys := actors.New(actors.Options{})
	defer func() { assert.NoError(t, sys.Close(t.Context())) }()
	type large struct{ words [64]int }
	got := make(chan int, 9)
	var all []actors.Ref[large]
	for i := range 8 {
		all = append(all, actors.MustSpawn(sys, "", actors.Stateless(func(_ *actors.Context[large], m large) error {
			got <- i + m.words[63]
			return nil
		})))
	}
	actors.MustSpawn(sys, "named", actors.Stateless(func(_ *actors.Context[large], m large) error {
		got <- 8 + m.words[63]
		return nil
	}))
	all = append(all, actors.Named[large](sys, "named"), actors.Ref[large]{})
	var m large
	m.words[63] = 100
	told := func() {
		actors.TellEach(slices.Values(all), m)
		sum := 0
		for range 9 {
			sum += <-got
		}
		assert.Equal(t, 936, sum)
	}
	assert.LessOrEqual(t, testing.AllocsPerRun(100, told), 5.0, "two copies, of which one is for the name, and the test's own")
}
