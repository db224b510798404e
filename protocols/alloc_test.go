// SPDX-License-Identifier: Apache-2.0

package protocols_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/barrier"
	"mabeam.dev/supervision"
)

// measured runs what in a process of the system, and returns how many blocks of memory one run of it takes, all processes together.
func measured(t *testing.T, sys *actors.System, runs int, what func(ctx context.Context) error) float64 {
	t.Helper()
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	out := make(chan float64, 1)
	failed := make(chan error, 1)
	actors.MustSpawn(sys, "", actors.Stateless(func(c *actors.Context[int], _ int) error {
		var first error
		out <- testing.AllocsPerRun(runs, func() {
			if err := what(c); err != nil && first == nil {
				first = err
			}
		})
		failed <- first
		return nil
	})).Tell(0)
	n := <-out
	require.NoError(t, <-failed)
	return n
}

func inSpace(t *testing.T) (*actors.System, *protocols.Space) {
	t.Helper()
	sys := actors.New(actors.Options{})
	t.Cleanup(func() { assert.NoError(t, sys.Close(context.Background())) })
	s, child, err := protocols.NewSpace(sys, protocols.SpaceOptions{Name: "space", MaxWait: -1})
	require.NoError(t, err)
	_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{child}})
	require.NoError(t, err)
	return sys, s
}

// A request is its id, itself with all that belongs to it, and its place in the log.
func TestALockThatIsTakenAndGivenBackTakesSixBlocksOfMemory(t *testing.T) {
	sys, s := inSpace(t)
	l := s.Lock("x")
	assert.LessOrEqual(t, measured(t, sys, 10_000, func(ctx context.Context) error {
		g, err := l.Acquire(ctx)
		if err != nil {
			return err
		}
		return g.Release(ctx)
	}), 6.0)
}

func TestAnArrivalAtABarrierTakesThreeBlocksOfMemoryAndItsGenerationOne(t *testing.T) {
	sys, s := inSpace(t)
	b := s.Barrier("b", barrier.Spec{Parties: 1})
	assert.LessOrEqual(t, measured(t, sys, 10_000, func(ctx context.Context) error {
		_, err := b.Await(ctx, 0)
		return err
	}), 4.0)
}

func TestASessionOfFiveTakesABoundedNumberOfBlocksOfMemory(t *testing.T) {
	sys := actors.New(actors.Options{})
	t.Cleanup(func() { assert.NoError(t, sys.Close(context.Background())) })
	known := map[string]protocols.Member{}
	var names []string
	for i := range 5 {
		name := fmt.Sprintf("v%d", i)
		names = append(names, name)
		known[name] = protocols.Member{Process: actors.MustSpawn(sys, name, says("yes"))}
	}
	e, err := protocols.NewEngine(protocols.EngineOptions{Name: "coordination", Roster: fixed(known)})
	require.NoError(t, err)
	_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{e.Child()}})
	require.NoError(t, err)
	spec := protocols.Spec{Question: "?", Participants: names, Durability: protocols.Volatile}
	assert.LessOrEqual(t, measured(t, sys, 2_000, func(ctx context.Context) error {
		_, err := e.Coordinate(ctx, spec)
		return err
	}), 155.0)
}
