// SPDX-License-Identifier: Apache-2.0

package work

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Each returns only when its work has been done, and panics when it goes wrong.
func TestEveryPieceOfWorkIsDone(t *testing.T) {
	for name, r := range map[string]Run{
		"tell": Tell, "pairs": Pairs, "ping-pong": PingPong, "channels": Channels, "call": Call, "call from a process": CallFromProcess,
		"start": Start, "restart": Restart,
	} {
		for _, n := range []int{1, 100} {
			assert.Positive(t, r(n), "%s %d", name, n)
		}
	}
	assert.Positive(t, IdleBytes(5_000))
}

func TestAWorldHasAsManyProcessesAsBefore(t *testing.T) {
	for name, populate := range map[string]func(int) *World{"pool": Pool, "tree": Tree} {
		w := populate(100)
		expect := func(want int) {
			t.Helper()
			counts, err := w.top.Count(t.Context())
			require.NoError(t, err)
			assert.Equal(t, want, counts.Active, name)
			assert.Len(t, w.pids, want-1, name)
			for _, pid := range w.pids {
				assert.True(t, pid.Alive(), name)
			}
		}
		expect(100)
		for range 3 {
			w.Tell(10)
			w.Call(10)
			w.Restart(10)
			before := slices.Clone(w.pids)
			start, stop := w.Turnover(30)
			assert.Positive(t, start, name)
			assert.Positive(t, stop, name)
			expect(100)
			replaced := 0
			for i, pid := range w.pids {
				if pid != before[i] {
					replaced++
				}
			}
			assert.Equal(t, 30, replaced, name)
		}
		w.Close()
	}
}

func TestLookupsFindAllTheirKeys(t *testing.T) {
	for name, populate := range map[string]func(int) *Lookup{"names": Names, "groups": Groups, "set": Set, "ordered": Ordered} {
		for _, n := range []int{1, hot - 1, hot * 3} {
			l := populate(n)
			assert.Positive(t, l.Find(500), name)
			assert.Positive(t, l.Bare(500), name)
			l.Close()
		}
	}
}

func TestACrowdIsCounted(t *testing.T) {
	c := NewCrowd(100)
	assert.Positive(t, c.Start())
	assert.Positive(t, c.Message())
	assert.Positive(t, c.Stop())
}

func TestTheMedianIsTheMiddleRound(t *testing.T) {
	for want, s := range map[float64]Sample{3: {9, 3, 1}, 4: {4, 1, 5, 2}, 7: {7}} {
		assert.InDelta(t, want, s.Median(), 0)
	}
}

func ExampleInterleave() {
	constant := func(each time.Duration) Run {
		return func(ops int) time.Duration { return time.Duration(ops) * each }
	}
	value, base := Interleave(3, 100, constant(50), constant(100))
	fmt.Println(value.Median()/base.Median(), len(value), len(base))
	// Output: 0.5 3 3
}
