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

// Ten times as many children are about ten times as much work and not a hundred times: to start them, to stop them one by one, in any
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
		run(100) // pools and workers
		const n = 400
		up, down, all := run(n)
		up10, down10, all10 := run(10 * n)
		for name, of := range map[string][2]float64{"start": {up, up10}, "terminate": {down, down10}, "stop": {all, all10}} {
			// Ten times, and half as much again for workers: how many are at hand is as the machine will have it.
			assert.LessOrEqual(t, of[1], 15*max(of[0], 4*n), name)
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
