// SPDX-License-Identifier: Apache-2.0

package table_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
	"mabeam.dev/testkit/sim"
)

// In a simulated system what a table shows depends on the seed alone: hashes, which differ from run to run, are not seen.
func TestASimulatedSystemGoesThroughTablesInTheOrderOfInsertion(t *testing.T) {
	want := []string{}
	for k := range 200 {
		if k%3 != 0 {
			want = append(want, fmt.Sprint("key", k))
		}
	}
	want = append(want, "key0", "key3")
	run := func() (keys, values, deleted []string, info []table.Info) {
		r := sim.Run(1, func(s *sim.Sim) {
			owner := start(s.System())
			set := made(t, owner, func(c *cx) (*table.Set[string, int], error) {
				return table.NewSet[string, int](c, "set", table.Options{CountReads: true})
			})
			bag := made(t, owner, func(c *cx) (*table.Bag[string, string], error) {
				return table.NewBag[string, string](c, "bag", table.Options{Access: table.Public})
			})
			for k := range 200 {
				key := fmt.Sprint("key", k)
				require.NoError(s, set.Put(key, k))
				require.NoError(s, bag.Put(key, key))
				require.NoError(s, bag.Put(key, "b"))
			}
			_, err := set.DeleteWhere(func(k string, v int) bool {
				deleted = append(deleted, k)
				return v%3 == 0
			})
			require.NoError(s, err)
			require.NoError(s, set.Put("key0", 0))
			require.NoError(s, set.Put("key3", 0))
			require.NoError(s, set.Put("key1", 9), "a key that stays keeps its place")
			for k := range must(set.All()) {
				_, _, err := set.Lookup(k)
				require.NoError(s, err)
				keys = append(keys, k)
			}
			for k, v := range must(bag.All()) {
				values = append(values, k+"="+v)
			}
			info = table.Tables(s.System())
		})
		require.NoError(t, r.Failure)
		return keys, values, deleted, info
	}
	keys, values, deleted, info := run()
	require.Equal(t, want, keys)
	require.Len(t, values, 400)
	require.Equal(t, []string{"key0=key0", "key0=b", "key1=key1"}, values[:3])
	require.Equal(t, "key0", deleted[0])
	require.Equal(t, int64(len(want)), info[0].Reads, "each read counts")
	again, values2, deleted2, info2 := run()
	require.Equal(t, keys, again)
	require.Equal(t, values, values2)
	require.Equal(t, deleted, deleted2)
	for i := range info {
		info[i].Owner, info2[i].Owner = actors.PID{}, actors.PID{} // of two systems
	}
	require.Equal(t, info, info2)
}

// Two processes race for a table's keys under many seeds; the same seed always has the same winner.
func TestTheSameSeedHasTheSameWinner(t *testing.T) {
	run := func(seed uint64) (winners []string) {
		r := sim.Run(seed, func(s *sim.Sim) {
			owner := start(s.System())
			set := made(t, owner, func(c *cx) (*table.Set[int, string], error) {
				return table.NewSet[int, string](c, "t", table.Options{Access: table.Public})
			})
			for _, name := range []string{"a", "b"} {
				p := start(s.System())
				w := made(t, p, func(c *cx) (*table.Set[int, string], error) { return table.PublicSet[int, string](c, "t") })
				for k := range 8 {
					p.Tell(func(*cx) error { _, err := w.PutNew(k, name); return err })
				}
			}
			s.Settle()
			for k := range 8 {
				name, _, err := set.Lookup(k)
				require.NoError(s, err)
				winners = append(winners, name)
			}
		})
		require.NoError(t, r.Failure)
		return winners
	}
	both := map[string]bool{}
	for seed := range uint64(20) {
		first := run(seed)
		require.Equal(t, first, run(seed), "seed %d", seed)
		for _, w := range first {
			both[w] = true
		}
	}
	require.Len(t, both, 2, "some seeds let one win, some the other")
}

// The owner is killed somewhere in its work, and its heir goes on from where it was: how far that was, the seed says.
func TestAnHeirGoesOnFromWhereTheSeedLetTheOwnerCome(t *testing.T) {
	type transfer = table.Transfer[*table.Set[int, int]]
	run := func(seed uint64) (left, total int) {
		r := sim.Run(seed, func(s *sim.Sim) {
			owner, heir := start(s.System()), start(s.System())
			next := made(t, heir, func(c *cx) (table.Receiver[*table.Set[int, int]], error) {
				return table.Receive(c, func(tr transfer) do {
					return func(*cx) error {
						left, _, _ = tr.Table.Lookup(1)
						_, err := table.UpdateCounter(tr.Table, 1, 100, table.Counter[int]{})
						return err
					}
				})
			})
			set := set(t, owner, "t", table.Options{})
			require.NoError(s, set.SetHeir(next, nil))
			for range 20 {
				owner.Tell(func(*cx) error { _, err := table.UpdateCounter(set, 1, 1, table.Counter[int]{}); return err })
			}
			start(s.System()).Tell(func(*cx) error { owner.PID().Kill(); return nil })
			s.Settle()
			total, _, _ = set.Lookup(1)
		})
		require.NoError(t, r.Failure)
		return left, total
	}
	came := map[int]bool{}
	for seed := range uint64(20) {
		left, total := run(seed)
		require.Equal(t, left+100, total)
		again, _ := run(seed)
		require.Equal(t, left, again, "seed %d", seed)
		came[left] = true
	}
	require.Greater(t, len(came), 3, "the seed decides")
}
