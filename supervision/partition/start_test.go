// SPDX-License-Identifier: Apache-2.0

package partition_test

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
	"mabeam.dev/supervision/partition"
)

// Without a number there are as many partitions as processors.
func TestThereAreAsManyPartitionsAsProcessors(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		s := open(t, sys, partition.Spec{})
		n := runtime.GOMAXPROCS(0)
		assert.Equal(t, n, size(t, s))
		assert.Equal(t, workers(n), count(t, s))
	})
}

// Each partition is made from its number, listed under it, and reached by it.
func TestEachPartitionIsToldItsNumber(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		var made []string
		s := open(t, sys, partition.Spec{Partitions: 3, Child: func(id string, n int) supervision.Child {
			made = append(made, fmt.Sprint(id, n))
			c := parts(id, n)
			c.ID = "another"
			return c
		}})
		assert.Equal(t, []string{"00", "11", "22"}, made)
		infos, err := s.Children(t.Context())
		require.NoError(t, err)
		for i, info := range infos {
			assert.Equal(t, supervision.ChildInfo{ID: fmt.Sprint(i), PID: at(t, s, i), Status: 1}, info)
			assert.Equal(t, fmt.Sprintf("/pool/%d", i), info.PID.Path())
			assert.Equal(t, i, number(t, s, partition.Int(i)))
		}
		assert.Len(t, infos, 3)
	})
}

// Supervisors may be the partitions: many children are then spread over several supervisors, and none is lost.
func TestDynamicSupervisorsAsPartitionsShareTheChildren(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		const n, children = 4, 100
		s := open(t, sys, partition.Spec{Partitions: n, Child: func(id string, _ int) supervision.Child {
			return dynamic.Child(id, dynamic.Spec{})
		}})
		assert.Equal(t, supervision.Counts{Specs: n, Active: n, Supervisors: n}, count(t, s))
		started := map[actors.PID]bool{}
		for i := range children {
			pid, err := s.Partition(partition.Text(fmt.Sprint("child ", i)))
			require.NoError(t, err)
			sup, err := dynamic.Of(pid)
			require.NoError(t, err)
			child, err := sup.StartChild(t.Context(), supervision.Worker("w", func() actors.Behavior[do] { return newPart(i) }))
			require.NoError(t, err)
			started[child] = true
		}
		found := map[actors.PID]bool{}
		for i := range n {
			sup, err := dynamic.Of(at(t, s, i))
			require.NoError(t, err)
			infos, err := sup.Children(t.Context())
			require.NoError(t, err)
			assert.NotEmpty(t, infos, "partition %d", i)
			for _, info := range infos {
				found[info.PID] = true
			}
		}
		assert.Len(t, found, children)
		assert.Equal(t, started, found)
	})
}

// A spec with mistakes starts nothing and names all of them.
func TestAFaultySpecStartsNothing(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		_, err := partition.Start(sys, "", partition.Spec{Partitions: -1, Strategy: supervision.SimpleOneForOne})
		require.ErrorIs(t, err, partition.ErrNoName)
		require.ErrorIs(t, err, partition.ErrNoChild)
		var number *partition.CountError
		require.ErrorAs(t, err, &number)
		assert.Equal(t, -1, number.Got)
		var faults supervision.Faults
		require.ErrorAs(t, err, &faults)

		_, err = partition.Start(sys, "", partition.Spec{Child: parts})
		require.ErrorIs(t, err, partition.ErrNoName)
		_, err = partition.Start(sys, "pool", partition.Spec{})
		require.ErrorIs(t, err, partition.ErrNoChild)
		assert.EqualError(t, err, `partition: start "pool": partition: a function that makes the child specs is needed`)
		_, err = partition.Start(sys, "pool", partition.Spec{Child: partition.Worker[do](nil)})
		require.ErrorIs(t, err, partition.ErrNoChild)
		assert.Zero(t, sys.Len())
		assert.NoError(t, partition.Spec{Child: parts}.Validate())
	})
}

// Significant partitions are refused, so that none can shut the supervisor down.
func TestSignificantPartitionsAreRefused(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		_, err := partition.Start(sys, "pool", partition.Spec{Partitions: 2, Child: func(id string, n int) supervision.Child {
			c := parts(id, n)
			c.Restart, c.Significant = supervision.Transient, true
			return c
		}})
		var faults supervision.Faults
		require.ErrorAs(t, err, &faults)
		assert.Len(t, faults, 2)
		assert.Zero(t, sys.Len())
	})
}

// When one partition fails to start, none is left, and the error tells which.
func TestAPartitionThatFailsToStartEndsTheStart(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		_, err := partition.Start(sys, "pool", partition.Spec{Partitions: 3, Child: func(id string, n int) supervision.Child {
			c := parts(id, n)
			if n == 1 {
				c.Start = func(actors.Spawner, any) (actors.PID, error) { return actors.PID{}, errFound }
			}
			return c
		}})
		var failed *actors.StartError
		require.ErrorAs(t, err, &failed)
		term, _ := failed.Reason.Term()
		assert.Equal(t, "1", term.(*supervision.StartFailed).ID)
		assert.Zero(t, sys.Len())
	})
}

// In a tree the name is the id, and reaches whichever incarnation runs.
func TestThePartitionSupervisorOfATreeIsFoundByItsName(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		c := partition.Child("pool", partition.Spec{Partitions: 2, Child: parts})
		assert.Equal(t, "pool", c.ID)
		assert.Equal(t, supervision.KindSupervisor, c.Kind)
		app, err := supervision.Start(sys, "app", supervision.Spec{Children: []supervision.Child{c}})
		require.NoError(t, err)
		s := partition.Named(sys, "pool")
		ref := partition.Ref[do](s, partition.Int(1))
		first := s.PID()
		assert.Equal(t, app.Child("pool"), first)
		assert.Equal(t, "/app/pool/1", at(t, s, 1).Path())
		was, err := s.Resize(t.Context(), 1)
		require.NoError(t, err)
		assert.Equal(t, 2, was)
		first.Kill()
		synctest.Wait()
		assert.NotEqual(t, first, s.PID())
		assert.Equal(t, 2, size(t, s), "a new incarnation begins as its spec says")
		n, err := ask(t, ref)
		require.NoError(t, err)
		assert.Equal(t, 1, n)

		bad, err := app.StartChild(t.Context(), partition.Child("bad", partition.Spec{}))
		require.ErrorIs(t, err, partition.ErrNoChild)
		assert.True(t, bad.IsZero())
	})
}

// A linked supervisor has the spawner for its parent and ends with it; a stop ends the partitions, and its name is free then.
func TestStartLinkAndTheEnd(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		parent := actors.MustSpawn(sys, "parent", func() actors.Behavior[do] { return newPart(0) })
		started := make(chan *partition.Supervisor, 1)
		parent.Tell(func(c *actors.Context[do], _ int) error {
			s, err := partition.StartLink(c, "pool", partition.Spec{Partitions: 2, Child: parts})
			started <- s
			return err
		})
		s := <-started
		one := at(t, s, 1)
		assert.Equal(t, parent.PID(), s.PID().Parent())
		parent.PID().Exit(exit.ReasonShutdown)
		_, err := s.PID().Await(t.Context())
		require.NoError(t, err)
		assert.False(t, one.Alive())
		assert.True(t, sys.WhereIs("pool").IsZero())
	})
}

// The tree shows the supervisor with its partitions.
func TestTheTreeShowsPartitions(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		s := open(t, sys, partition.Spec{Partitions: 2})
		general, err := s.Supervisor()
		require.NoError(t, err)
		crash(s, partition.Int(1))
		n, err := supervision.Tree(t.Context(), general, 0)
		require.NoError(t, err)
		assert.Equal(t, "partition", n.Kind)
		assert.Equal(t, []int{2, 1, 3}, []int{n.Up, n.Recent, n.Allowed})
		assert.Equal(t, []string{"0", "1"}, []string{n.Children[0].ID, n.Children[1].ID})
		assert.Equal(t, 1, n.Children[1].Restarts)
	})
}

// The strategy and the limit of restarts are those of the spec.
func TestTheStrategySaysWhoIsRestarted(t *testing.T) {
	for strategy, changed := range map[supervision.Strategy][]bool{
		supervision.OneForOne:  {false, true, false},
		supervision.RestForOne: {false, true, true},
		supervision.OneForAll:  {true, true, true},
	} {
		t.Run(strategy.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, sys *actors.System) {
				s := open(t, sys, partition.Spec{Partitions: 3, Strategy: strategy, Intensity: supervision.Intensity{Max: 1}})
				before := []actors.PID{at(t, s, 0), at(t, s, 1), at(t, s, 2)}
				crash(s, partition.Int(1))
				for i, was := range before {
					assert.Equal(t, changed[i], was != at(t, s, i), "partition %d", i)
				}
				crash(s, partition.Int(1))
				assert.False(t, s.PID().Alive())
			})
		})
	}
}
