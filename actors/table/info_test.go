// SPDX-License-Identifier: Apache-2.0

package table_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
)

func TestInfoShowsWhatATableIs(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		owner := start(sys)
		heir, next, _ := receiver(t, sys)
		s := set(t, owner, "s", table.Options{Limit: 7})
		require.NoError(t, s.SetHeir(next, nil))
		for k := range 3 {
			require.NoError(t, s.Put(k, k))
		}
		require.NoError(t, s.Put(0, 9))
		require.NoError(t, s.Delete(1))
		require.NoError(t, s.Delete(1))
		b := bag(t, owner, "", table.Options{Access: table.Public})
		require.NoError(t, b.Put(1, 1))
		require.NoError(t, b.Put(1, 2))
		o := ordered(t, heir, "o", table.Options{Access: table.Private})
		require.NoError(t, o.Put(1, 1))

		all := table.Tables(sys)
		for i := range all {
			require.Positive(t, all[i].Bytes)
			require.Equal(t, all[i].Bytes/int64(all[i].Len), all[i].PairBytes)
			all[i].Bytes, all[i].PairBytes = 0, 0
		}
		require.Equal(t, []table.Info{
			{
				ID: 1, Name: "s", Kind: table.KindSet, Access: table.Protected, Key: "int", Value: "int",
				Owner: owner.PID(), Heir: heir.PID(), Len: 2, Limit: 7, Writes: 5,
			},
			{ID: 2, Kind: table.KindBag, Access: table.Public, Key: "int", Value: "int", Owner: owner.PID(), Len: 2, Writes: 2},
			{
				ID: 3, Name: "o", Kind: table.KindOrdered, Access: table.Private, Key: "int", Value: "int",
				Owner: heir.PID(), Len: 1, Writes: 1,
			},
		}, all)
		require.Equal(t, "set bag ordered_set", fmt.Sprint(all[0].Kind, " ", all[1].Kind, " ", all[2].Kind))
		require.Equal(t, "protected public private", fmt.Sprint(all[0].Access, " ", all[1].Access, " ", all[2].Access))

		require.NoError(t, s.Drop())
		gone := s.Info()
		require.True(t, gone.Owner.IsZero())
		require.Zero(t, gone.Len)
		require.Zero(t, gone.Bytes)
		require.NoError(t, o.Drop())
		require.Zero(t, o.Info().Bytes)
		require.Len(t, table.Tables(sys), 1)
	})
}

// inUse returns the bytes that are in use of what was allocated below a function of a name: what other tests leave behind does not count.
func inUse(below string) (bytes int64) {
	for range 3 {
		runtime.GC() // the profile is that of the collection before the last one
	}
	var all []runtime.MemProfileRecord
	n, ok := runtime.MemProfile(nil, true)
	for !ok {
		all = make([]runtime.MemProfileRecord, n+50)
		n, ok = runtime.MemProfile(all, true)
	}
	for _, r := range all[:n] {
		frames := runtime.CallersFrames(r.Stack())
		for more := true; more; {
			var f runtime.Frame
			if f, more = frames.Next(); strings.Contains(f.Function, below) {
				bytes += r.InUseBytes()
				break
			}
		}
	}
	return bytes
}

// What Info says of a table's memory is near what the heap grows by.
func TestTheMemoryThatInfoShowsIsNearWhatTheHeapGrowsBy(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector has memory of its own")
	}
	defer func(rate int) { runtime.MemProfileRate = rate }(runtime.MemProfileRate)
	runtime.MemProfileRate = 1 // every block
	const n = 4_000
	owner := start(newSystem(t))
	type row struct {
		id   int
		name string
		tags []string
	}
	rowOf := func(k int) row {
		return row{k, strings.Repeat("n", 20+k%20), []string{strings.Repeat("t", 10), strings.Repeat("u", 40)}}
	}
	cases := map[string]func() (info func() table.Info, keep any){
		"set of numbers": func() (func() table.Info, any) {
			s := set(t, owner, "", table.Options{})
			for k := range n {
				_ = s.Put(k, k)
			}
			return s.Info, s
		},
		"set of rows": func() (func() table.Info, any) {
			s := made(t, owner, func(c *cx) (*table.Set[string, row], error) {
				return table.NewSet[string, row](c, "", table.Options{})
			})
			for k := range n {
				_ = s.Put(fmt.Sprintf("key-%08d", k), rowOf(k))
			}
			return s.Info, s
		},
		"set of interfaces": func() (func() table.Info, any) {
			s := made(t, owner, func(c *cx) (*table.Set[int, any], error) { return table.NewSet[int, any](c, "", table.Options{}) })
			for k := range n {
				_ = s.Put(k, rowOf(k))
			}
			return s.Info, s
		},
		"bag": func() (func() table.Info, any) {
			b := bag(t, owner, "", table.Options{})
			for k := range n {
				_ = b.Put(k/4, k)
			}
			return b.Info, b
		},
		"ordered, ascending": func() (func() table.Info, any) {
			o := ordered(t, owner, "", table.Options{})
			for k := range n {
				_ = o.Put(k, k)
			}
			return o.Info, o
		},
		"ordered, scattered": func() (func() table.Info, any) {
			o := ordered(t, owner, "", table.Options{})
			for k := range n {
				_ = o.Put(k*7919%n, k)
			}
			return o.Info, o
		},
		"ordered rows": func() (func() table.Info, any) {
			o := made(t, owner, func(c *cx) (*table.Ordered[string, row], error) {
				return table.NewOrdered[string, row](c, "", func(a, b string) bool { return a < b }, table.Options{})
			})
			for k := range n {
				_ = o.Put(fmt.Sprintf("key-%08d", k*7919%n), rowOf(k))
			}
			return o.Info, o
		},
	}
	for name, fill := range cases {
		t.Run(name, func(t *testing.T) {
			before := inUse("TestTheMemory")
			info, kept := fill()
			grown := inUse("TestTheMemory") - before
			shown := info()
			runtime.KeepAlive(kept)
			require.Equal(t, shown.Bytes/int64(shown.Len), shown.PairBytes)
			t.Logf("%d B a pair, %d B shown", grown/int64(shown.Len), shown.PairBytes)
			require.InEpsilon(t, grown, shown.Bytes, 0.4)
		})
	}
}

func TestPayloadDoesNotFollowPointers(t *testing.T) {
	owner := start(newSystem(t))
	type node struct {
		next *node
		all  map[string]string
	}
	s := made(t, owner, func(c *cx) (*table.Set[int, any], error) { return table.NewSet[int, any](c, "", table.Options{}) })
	round := &node{all: map[string]string{"a": strings.Repeat("x", 1<<20)}}
	round.next = round
	require.NoError(t, s.Put(1, round))
	require.NoError(t, s.Put(2, nil))
	require.NoError(t, s.Put(3, [2]string{"a", "b"}))
	require.Less(t, s.Info().Bytes, int64(8<<10))
}
