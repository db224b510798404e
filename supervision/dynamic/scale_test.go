// SPDX-License-Identifier: Apache-2.0

package dynamic_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision/dynamic"
)

// work runs f and returns how many objects it allocated.
func work(f func()) float64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs - before.Mallocs)
}

// Ten times as many children are no more than ten times as much work, within the noise of maps that grow: to start them, to stop them one by one, in any
// order, and to stop them all.
func TestWorkGrowsLinearlyWithTheChildren(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		tmpl, err := dynamic.NewTemplate("c", func(int) actors.Behavior[do] { return idle() }, nil)
		require.NoError(t, err)
		run := func(n int) (up, down, all float64) {
			sup := open(t, sys, dynamic.Spec{})
			pids := make([]actors.PID, n)
			fill := func() {
				for i := range pids {
					ref, err := tmpl.Start(t.Context(), sup, i)
					require.NoError(t, err)
					pids[i] = ref.PID()
				}
			}
			up = work(fill)
			down = work(func() {
				for i := range pids {
					which := i / 2
					if i%2 == 1 { // from both ends in turn
						which = n - 1 - which
					}
					require.NoError(t, sup.TerminateChild(t.Context(), pids[which]))
				}
			})
			fill()
			all = work(func() { stop(t, sup) })
			return up, down, all
		}
		const n = 1000
		run(n) // pools and workers
		// How many workers are at hand is as the machine will have it, and only ever adds: of several runs the least tells the work.
		least := func(n int) (up, down, all float64) {
			up, down, all = run(n)
			for range 2 {
				u, d, a := run(n)
				up, down, all = min(up, u), min(down, d), min(all, a)
			}
			return up, down, all
		}
		up, down, all := least(n)
		up10, down10, all10 := least(10 * n)
		for name, ratio := range map[string]float64{"start": up10 / up, "terminate": down10 / down, "stop": all10 / all} {
			assert.LessOrEqual(t, ratio, 11.5, name)
		}
	})
}

// A child that does nothing has no timer and no goroutine, and a template's children share their spec: what there is of each but its process
// is a record of the supervisor.
func TestAnIdleChildIsOneRecord(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		const n = 5000
		tmpl, err := dynamic.NewTemplate("c", func(int) actors.Behavior[do] { return idle() }, temporary)
		require.NoError(t, err)
		sup := open(t, sys, dynamic.Spec{})
		start := func(i int) {
			_, err := tmpl.Start(t.Context(), sup, i)
			require.NoError(t, err)
		}
		start(0) // so that there is a worker
		goroutines := runtime.NumGoroutine()
		supervised := sized(n, func() {
			for i := range n {
				start(i)
			}
		})
		assert.InDelta(t, goroutines, runtime.NumGoroutine(), 10, "workers, of which there is one for each turn under way")
		assert.LessOrEqual(t, supervised, int64(800), "bytes: the process, its link, the record and its place in a map")
	})
}

// sized returns how many bytes of the heap f leaves behind, for each of n.
func sized(n int, f func()) int64 {
	var before, after runtime.MemStats
	settle(&before)
	f()
	settle(&after)
	return (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / int64(n)
}

// settle collects what is garbage, also what pools let go in their second round.
func settle(m *runtime.MemStats) {
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(m)
}
