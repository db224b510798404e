// SPDX-License-Identifier: Apache-2.0

package partition_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/partition"
	"mabeam.dev/testkit/sim"
)

func resize(t *testing.T, s *partition.Supervisor, n int) (was int) {
	t.Helper()
	was, err := s.Resize(t.Context(), n)
	require.NoError(t, err)
	return was
}

// Any number within the first one can be had, in any order; as many partitions are up as keys lead to.
func TestResizeWithinTheFirstNumber(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		s := open(t, sys, partition.Spec{Partitions: 8})
		now := 8
		numbers := append([]int{8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 1, 2, 3, 8}, rand.New(rand.NewPCG(1, 2)).Perm(9)...)
		for _, n := range numbers {
			assert.Equal(t, now, resize(t, s, n))
			now = n
			assert.Equal(t, n, size(t, s))
			assert.Equal(t, workers(n), count(t, s))
			for key := range n + 3 {
				if n > 0 {
					assert.Equal(t, key%n, number(t, s, partition.Int(key)))
				}
			}
		}
		for _, n := range []int{-1, 9} {
			_, err := s.Resize(t.Context(), n)
			var wrong *partition.CountError
			require.ErrorAs(t, err, &wrong)
			assert.Equal(t, &partition.CountError{Got: n, Max: 8}, wrong)
		}
		_, err := s.Resize(t.Context(), 9)
		assert.EqualError(t, err, `partition: supervisor "/pool": partition: 9 partitions, want 0 to 8`)
	})
}

// Those that stay keep their processes; those that come back are new.
func TestResizeLeavesTheOthersAlone(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		s := open(t, sys, partition.Spec{Partitions: 3})
		zero, two := at(t, s, 0), at(t, s, 2)
		resize(t, s, 1)
		assert.False(t, two.Alive())
		resize(t, s, 3)
		assert.Equal(t, zero, at(t, s, 0))
		assert.NotEqual(t, two, at(t, s, 2))
	})
}

// With zero partitions every key leads to nobody, until there are some again.
func TestZeroPartitionsAreAnErrorAndNoPanic(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		s := open(t, sys, partition.Spec{Partitions: 2})
		ref := partition.Ref[do](s, partition.Text("key"))
		resize(t, s, 0)
		_, err := ask(t, ref)
		require.ErrorIs(t, err, actors.ErrNoProc)
		_, err = s.Partition(partition.Text("key"))
		require.ErrorIs(t, err, actors.ErrNoProc)
		assert.EqualError(t, err, `partition: supervisor "/pool": zero partitions: actors: no such process`)
		ref.Tell(nil)
		resize(t, s, 2)
		_, err = ask(t, ref)
		require.NoError(t, err)
	})
}

// The restart of a group does not bring back what was left out.
func TestAGroupRestartLeavesOutWhatIsLeftOut(t *testing.T) {
	for _, strategy := range []supervision.Strategy{supervision.OneForAll, supervision.RestForOne} {
		t.Run(strategy.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, sys *actors.System) {
				s := open(t, sys, partition.Spec{Partitions: 4, Strategy: strategy})
				resize(t, s, 2)
				crash(s, partition.Int(0))
				assert.Equal(t, workers(2), count(t, s))
				resize(t, s, 4)
				crash(s, partition.Int(0))
				assert.Equal(t, workers(4), count(t, s))
			})
		})
	}
}

// fickle makes partitions whose start fails, from the second one of the partition on, while broken is set.
func fickle(broken *bool, bad int) func(id string, n int) supervision.Child {
	return func(id string, n int) supervision.Child {
		c := parts(id, n)
		begin := c.Start
		c.Start = func(in actors.Spawner, args any) (actors.PID, error) {
			if *broken && n == bad {
				return actors.PID{}, errFound
			}
			return begin(in, args)
		}
		return c
	}
}

// When a partition does not come up, those there were remain, and nothing of the others.
func TestAResizeThatFailsChangesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		broken := false
		s := open(t, sys, partition.Spec{Partitions: 4, Child: fickle(&broken, 2)})
		resize(t, s, 1)
		broken = true
		was, err := s.Resize(t.Context(), 4)
		require.ErrorIs(t, err, errFound)
		var failed *supervision.StartError
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, "2", failed.ID)
		assert.Equal(t, 1, was)
		assert.Equal(t, 1, size(t, s))
		assert.Equal(t, workers(1), count(t, s))
		broken = false
		resize(t, s, 4)
		assert.Equal(t, workers(4), count(t, s))
	})
}

// A partition that chooses not to start, or that ended for good, is no reason for a Resize to go on and on.
func TestAResizeDoesNotInsistOnWhoDoesNotWant(t *testing.T) {
	for _, restart := range []supervision.Restart{supervision.Permanent, supervision.Temporary} {
		t.Run(restart.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, sys *actors.System) {
				ignores := false
				s := open(t, sys, partition.Spec{Partitions: 3, Child: func(id string, n int) supervision.Child {
					c := parts(id, n)
					begin := c.Start
					c.Restart = restart
					c.Start = func(in actors.Spawner, args any) (actors.PID, error) {
						if ignores {
							return actors.PID{}, actors.ErrIgnore
						}
						return begin(in, args)
					}
					return c
				}})
				resize(t, s, 1)
				ignores = true
				resize(t, s, 3)
				synctest.Wait()
				assert.Equal(t, 1, count(t, s).Active)
				assert.Equal(t, 3, size(t, s))
				resize(t, s, 0)
				assert.Equal(t, supervision.Counts{}, count(t, s))
				ignores = false
				resize(t, s, 3)
				assert.Equal(t, workers(3), count(t, s))
			})
		})
	}
}

// Of several at once the last one to be asked holds, whatever their order of turns, crashes and callers that are killed half-way; and keys
// never lead to a partition that is not there.
func TestResizesAtOnceEndInOneNumber(t *testing.T) {
	const most = 4
	sim.Explore(t, 300, func(s *sim.Sim) {
		rng := s.Rand("test")
		p, err := partition.Start(s.System(), "pool", partition.Spec{
			Partitions: most, Child: parts, Strategy: supervision.Strategy(rng.IntN(3)), Intensity: supervision.Intensity{Max: 1000},
		})
		require.NoError(s, err)
		killed := false
		for i := range 3 {
			who := actors.MustSpawn(s.System(), fmt.Sprint("resizer", i), func() actors.Behavior[do] { return newPart(i) })
			for range 2 {
				n := rng.IntN(most + 1)
				who.Tell(func(c *actors.Context[do], _ int) error {
					_, err := p.Resize(c, n)
					return err
				})
			}
			if rng.IntN(8) == 0 {
				who.PID().Kill()
				killed = true
			}
		}
		actors.MustSpawn(s.System(), "crasher", func() actors.Behavior[do] { return newPart(0) }).Tell(func(c *actors.Context[do], _ int) error {
			for range 4 {
				for range c.Rand().IntN(8) {
					_, _ = p.Count(c) // others run meanwhile
				}
				partition.Ref[do](p, partition.Int(c.Rand().IntN(most))).Tell(func(*actors.Context[do], int) error { return errFound })
			}
			return nil
		})
		s.Settle()
		if !killed {
			whole(s, p)
		}
		last := rng.IntN(most + 1)
		_, err = p.Resize(s.Context(), last)
		require.NoError(s, err)
		require.Equal(s, last, whole(s, p))
	})
}

// whole checks that as many partitions are up as keys lead to, and returns how many these are.
func whole(s *sim.Sim, p *partition.Supervisor) int {
	n, err := p.Partitions()
	require.NoError(s, err)
	counts, err := p.Count(s.Context())
	require.NoError(s, err)
	require.Equal(s, workers(n), counts)
	for key := range n {
		_, err := p.Partition(partition.Int(key))
		require.NoError(s, err)
	}
	return n
}
