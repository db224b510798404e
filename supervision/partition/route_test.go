// SPDX-License-Identifier: Apache-2.0

package partition_test

import (
	"fmt"
	"math"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/partition"
)

// An integer leads to its amount modulo the number of partitions.
func TestIntegersLeadToTheirAmountModuloTheNumber(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		s := open(t, sys, partition.Spec{Partitions: 3})
		for key, want := range map[int]int{0: 0, 1: 1, 2: 2, 3: 0, 7: 1, -1: 1, -3: 0, -5: 2} {
			assert.Equal(t, want, number(t, s, partition.Int(key)), "key %d", key)
		}
	})
	assert.Equal(t, partition.Key(1<<63), partition.Int(int64(math.MinInt64)))
	assert.Equal(t, partition.Key(math.MaxUint64), partition.Int(uint64(math.MaxUint64)))
	assert.Equal(t, partition.Key(128), partition.Int(int8(-128)))
}

// Texts and bytes lead to FNV-1a of them, in every run and on every machine.
func TestTextsLeadToTheSamePartitionInEveryRun(t *testing.T) {
	for text, want := range map[string]partition.Key{ // the published vectors of FNV-1a, 64 bits
		"": 0xcbf29ce484222325, "a": 0xaf63dc4c8601ec8c, "foobar": 0x85944171f73967e8,
	} {
		assert.Equal(t, want, partition.Text(text), text)
		assert.Equal(t, want, partition.Bytes([]byte(text)), text)
	}
}

// Keys that differ little are spread over all partitions about evenly.
func TestTextsAreSpreadEvenly(t *testing.T) {
	for _, n := range []int{2, 3, 7, 8, 16} {
		found := make([]int, n)
		for i := range 1000 * n {
			found[uint64(partition.Text(fmt.Sprintf("user-%d", i)))%uint64(n)]++
		}
		for i, keys := range found {
			assert.InDelta(t, 1000, keys, 150, "partition %d of %d", i, n)
		}
	}
}

// A process leads to the partition of its incarnation.
func TestAProcessIsAKey(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		s := open(t, sys, partition.Spec{Partitions: 2})
		pid := at(t, s, 1)
		assert.Equal(t, partition.Int(pid.Incarnation()), partition.Process(pid))
		assert.Equal(t, partition.Key(0), partition.Process(actors.PID{}))
	})
}

// A Ref finds the partition at each send: the successor of one that crashed, nobody while there is nobody.
func TestARefFindsThePartitionAtEachSend(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		s := open(t, sys, partition.Spec{Partitions: 2, Child: func(id string, n int) supervision.Child {
			c := parts(id, n)
			c.Restart = supervision.Transient
			return c
		}})
		ref := partition.Ref[do](s, partition.Int(5))
		first := ref.PID()
		assert.Equal(t, at(t, s, 1), first)
		crash(s, partition.Int(1))
		assert.NotEqual(t, first, ref.PID())
		n, err := ask(t, ref)
		require.NoError(t, err)
		assert.Equal(t, 1, n)

		_, err = ask(t, stopped(t, ref))
		require.ErrorIs(t, err, actors.ErrNoProc)
		_, err = s.Partition(partition.Int(5))
		require.ErrorIs(t, err, actors.ErrNoProc)
		assert.EqualError(t, err, `partition: supervisor "/pool": partition 1: actors: no such process`)
		before := sys.Totals().DeadLetters
		ref.Tell(nil)
		assert.Equal(t, before+1, sys.Totals().DeadLetters)
		assert.Equal(t, 0, number(t, s, partition.Int(4)), "the other partition goes on")
	})
}

// stopped lets the partition of a Ref end in order and waits until every process rests.
func stopped(t *testing.T, ref actors.Ref[do]) actors.Ref[do] {
	t.Helper()
	ref.Tell(func(*actors.Context[do], int) error { return actors.Stop })
	synctest.Wait()
	return ref
}

// Where there is no partition supervisor there is an error, with the name, and never a panic.
func TestNoSupervisorIsAnError(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		check := func(s *partition.Supervisor, want error) {
			t.Helper()
			_, err := s.Partitions()
			require.ErrorIs(t, err, want)
			_, err = s.Partition(partition.Int(1))
			require.ErrorIs(t, err, want)
			_, err = s.Count(t.Context())
			require.ErrorIs(t, err, want)
			_, err = s.Children(t.Context())
			require.ErrorIs(t, err, want)
			_, err = s.Resize(t.Context(), 1)
			require.ErrorIs(t, err, want)
			_, err = s.Supervisor()
			require.ErrorIs(t, err, want)
			_, err = ask(t, partition.Ref[do](s, partition.Int(1)))
			require.ErrorIs(t, err, actors.ErrNoProc)
			partition.Ref[do](s, partition.Int(1)).Tell(nil)
		}
		unknown := partition.Named(sys, "unknown")
		check(unknown, actors.ErrNoProc)
		_, err := unknown.Partitions()
		assert.EqualError(t, err, `partition: supervisor "unknown": actors: no such process`)
		assert.EqualValues(t, 1, sys.Totals().DeadLetters, "also what is told to an unknown name counts")
		check(partition.Of(actors.PID{}), actors.ErrNoProc)

		static, err := supervision.Start(sys, "static", supervision.Spec{})
		require.NoError(t, err)
		check(partition.Of(static.PID()), partition.ErrNotPartitioned)
		ended := open(t, sys, partition.Spec{Partitions: 1})
		check(partition.Of(at(t, ended, 0)), actors.ErrWrongType)
		ended.PID().Stop()
		_, err = ended.PID().Await(t.Context())
		require.NoError(t, err)
		check(ended, actors.ErrNoProc)
	})
}

// A partition that takes other messages is not reached.
func TestAPartitionOfAnotherTypeIsNotReached(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		s := open(t, sys, partition.Spec{Partitions: 1})
		assert.ErrorIs(t, partition.Ref[string](s, partition.Int(0)).TryTell("x"), actors.ErrWrongType)
	})
}

// Routing asks no process, and with the handle of an incarnation allocates nothing.
func TestRoutingAllocatesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		s := open(t, sys, partition.Spec{Partitions: 3})
		named := partition.Named(sys, "pool")
		ref := partition.Ref[do](s, partition.Int(2))
		assert.Zero(t, testing.AllocsPerRun(100, func() {
			_, _ = s.Partition(partition.Text("user-17"))
			_ = ref.PID()
		}))
		assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { _, _ = named.Partition(partition.Int(2)) }), 1.0)
	})
}
