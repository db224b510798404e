// SPDX-License-Identifier: Apache-2.0

package cache_test

import (
	"context"
	"flag"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/examples/cache"
	"mabeam.dev/testkit/sim"
)

var seeds = flag.Int("seeds", 1000, "seeds of the exploration")

func start(sys *actors.System, careful bool) (actors.Ref[cache.StoreMessage], actors.Ref[cache.Message]) {
	store := actors.MustSpawn(sys, "store", cache.NewStore)
	return store, actors.MustSpawn(sys, "cache", func() actors.Behavior[cache.Message] { return &cache.Cache{Store: store, Careful: careful} })
}

func get(to actors.Ref[cache.Message]) (string, error) {
	return actors.Call(context.Background(), to, func(r actors.Reply[string]) cache.Message { return cache.Get{Reply: r} })
}

// An ordinary test: it passes with the mistake, every time, because a store that has nothing else to do answers before anybody gets in between.
func TestACachedValueIsThatOfTheStore(t *testing.T) {
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			sys := actors.New(actors.Options{})
			defer func() { assert.NoError(t, sys.Close(context.Background())) }()
			store, front := start(sys, false)
			for i := range 10 {
				cache.Put(store, front, fmt.Sprint(i))
				synctest.Wait()
				for range 2 {
					v, err := get(front)
					require.NoError(t, err)
					require.Equal(t, fmt.Sprint(i), v)
				}
			}
		})
	}
}

// The same in a simulation, with a reader and a writer at the same time.
func reads(careful bool) func(*sim.Sim) {
	return func(s *sim.Sim) {
		store, front := start(s.System(), careful)
		reader := actors.MustSpawn(s.System(), "reader", actors.Stateless(func(c *actors.Context[int], _ int) error {
			_, err := actors.Call(c, front, func(r actors.Reply[string]) cache.Message { return cache.Get{Reply: r} })
			return err
		}))
		writer := actors.MustSpawn(s.System(), "writer", actors.Stateless(func(_ *actors.Context[int], n int) error {
			cache.Put(store, front, fmt.Sprint(n))
			return nil
		}))
		for i := range 3 {
			reader.Tell(i)
			writer.Tell(i)
		}
		s.Settle()
		v, err := get(front)
		require.NoError(s, err)
		require.Equal(s, "2", v, "the cache answers an old value when all has come to rest")
	}
}

func TestExploreACarefulCacheThatAnswersTheLastValueInAnyOrder(t *testing.T) {
	sim.Explore(t, *seeds, reads(true))
}

// found is a sim.T that keeps the report.
type found struct {
	*testing.T
	report string
}

// Fatalf keeps the report and ends the exploration.
func (f *found) Fatalf(format string, args ...any) {
	f.report = fmt.Sprintf(format, args...)
	panic(f)
}

func TestTheSimulationFindsTheMistake(t *testing.T) {
	if flag.Lookup("sim.seed").Value.String() != "0" { // the command that was printed: here the mistake is a failure like any other
		sim.Explore(t, 1, reads(false))
		return
	}
	f := &found{T: t}
	func() {
		defer func() {
			if r := recover(); r != nil && r != any(f) {
				panic(r)
			}
		}()
		sim.Explore(f, 1000, reads(false))
	}()
	require.Contains(t, f.report, "the cache answers an old value")
	require.Contains(t, f.report, "run it again: go test ./examples/cache -run '^TestTheSimulationFindsTheMistake$' -sim.seed=")
	if testing.Verbose() {
		t.Log(f.report)
	}
}
