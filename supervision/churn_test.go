// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"context"
	"io"
	"log/slog"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// heapInUse is what the heap holds after the garbage is gone.
func heapInUse() int64 {
	var m runtime.MemStats
	for range 3 { // pools give up what they hold in two cycles
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// quietSystem is a system that nobody listens to: what tests count is its own.
func quietSystem() *actors.System {
	return actors.New(actors.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
}

// 10,000 crashes in one tree, of every kind, under every strategy, three levels deep, leave no goroutine and no memory behind.
func TestTenThousandCrashesInOneTree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := quietSystem()
		defer func() { require.NoError(t, sys.Close(context.Background())) }()
		var present [3]actors.PID // the processes of "a" under each strategy
		calm := supervision.Intensity{Max: 1 << 20, Within: time.Microsecond}
		var groups []supervision.Child
		for i, s := range []supervision.Strategy{supervision.OneForOne, supervision.OneForAll, supervision.RestForOne} {
			a := starting("a", func(c *cx) error {
				c.After(time.Hour, nil)
				present[i] = c.PID()
				return nil
			})
			groups = append(groups, supervision.Sub(s.String(), supervision.Spec{
				Strategy: s, Intensity: calm, Children: []supervision.Child{a, plain("b"), trapping("c")},
			}))
		}
		_, err := supervision.Start(sys, "app", supervision.Spec{Intensity: calm, Children: []supervision.Child{
			supervision.Sub("middle", supervision.Spec{Intensity: calm, Children: groups}),
		}})
		require.NoError(t, err)
		ends := []func(actors.PID){
			func(p actors.PID) { tell(t, p, func(*cx) error { return errBoom }) },
			func(p actors.PID) { tell(t, p, func(*cx) error { panic("boom") }) },
			func(p actors.PID) { p.Kill() },
			func(p actors.PID) { tell(t, p, func(*cx) error { return actors.Stop }) },
			func(p actors.PID) { p.Parent().Kill() },
		}
		churn := func(n int) {
			for i := range n {
				old := present[i%3]
				ends[i%len(ends)](old)
				time.Sleep(time.Millisecond) // the restart windows slide
				synctest.Wait()
				if present[i%3] == old {
					t.Fatalf("%s was not restarted", old)
				}
			}
		}
		churn(1_000)
		heap, goroutines, processes := heapInUse(), runtime.NumGoroutine(), sys.Len()
		churn(10_000)
		if !raceDetector {
			assert.Less(t, heapInUse()-heap, int64(256<<10), "bytes of heap")
		}
		assert.LessOrEqual(t, runtime.NumGoroutine(), goroutines+8, "goroutines, a few warm workers aside")
		assert.Equal(t, processes, sys.Len())
	})
}

// costs are what starting, crashing and stopping n dynamic children takes, per child.
func costs(t *testing.T, n int, restart supervision.Restart) (objects, bytes float64) {
	t.Helper()
	ctx := t.Context()
	sys := quietSystem()
	defer func() { require.NoError(t, sys.Close(ctx)) }()
	up := make(chan actors.PID, 1)
	template := supervision.Template("t", func(int) actors.Behavior[do] {
		return &doer{init: func(c *cx) error { up <- c.PID(); return nil }}
	})
	template.Restart = restart
	sup, err := supervision.Start(sys, "app", supervision.Spec{
		Strategy: supervision.SimpleOneForOne, Intensity: supervision.Intensity{Max: 1 << 30, Within: time.Nanosecond},
		Children: []supervision.Child{template},
	})
	require.NoError(t, err)
	pids := make([]actors.PID, n)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range pids {
		if _, err := sup.StartDynamic(ctx, i); err != nil {
			t.Fatal(err)
		}
		pids[i] = <-up
	}
	if restart == supervision.Permanent {
		for i := 0; i < n; i += 10 {
			tell(t, pids[i], func(*cx) error { return errBoom })
			pids[i] = <-up
		}
	}
	for i := range pids {
		if i%2 == 0 { // every other one in the middle of the list, the rest all at once
			if err := sup.TerminateDynamic(ctx, pids[i]); err != nil {
				t.Fatal(err)
			}
		}
	}
	sup.PID().Stop()
	if _, err := sup.PID().Await(ctx); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / float64(n), float64(after.TotalAlloc-before.TotalAlloc) / float64(n)
}

// Starting and stopping ten times as many dynamic children takes ten times as much: what one takes does not grow with the number.
func TestDynamicChildrenScaleLinearly(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates on its own account")
	}
	for _, restart := range []supervision.Restart{supervision.Permanent, supervision.Temporary} {
		few, fewBytes := costs(t, 1_000, restart)
		many, manyBytes := costs(t, 10_000, restart)
		t.Logf("%s: 1,000: %.1f objects, %.0f bytes; 10,000: %.1f objects, %.0f bytes a child", restart, few, fewBytes, many, manyBytes)
		assert.LessOrEqual(t, many, few*1.1)
		assert.LessOrEqual(t, manyBytes, fewBytes*1.3)
	}
}

// What a temporary child was started with is released at its end, however it ends: args, spec and closure.
func TestATemporaryChildReleasesItsMemory(t *testing.T) {
	type load struct{ _ [1 << 16]byte }
	fresh := func() (weak.Pointer[load], *load) {
		l := new(load)
		return weak.Make(l), l
	}
	for name, end := range map[string]func(t *testing.T, stop func() error, p actors.PID){
		"crashed": func(t *testing.T, _ func() error, p actors.PID) { tell(t, p, func(*cx) error { return errBoom }) },
		"killed":  func(_ *testing.T, _ func() error, p actors.PID) { p.Kill() },
		"stopped": func(t *testing.T, stop func() error, _ actors.PID) { require.NoError(t, stop()) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				ctx := t.Context()
				pool, err := supervision.Start(w, "pool", supervision.Spec{Strategy: supervision.SimpleOneForOne, Children: []supervision.Child{
					with(supervision.Template("t", func(l *load) actors.Behavior[do] {
						return &doer{init: func(*cx) error { runtime.KeepAlive(l); return nil }}
					}), temporary),
				}})
				require.NoError(t, err)
				static := w.start(t, supervision.Spec{})
				inArgs, args := fresh()
				dynamic, err := pool.StartDynamic(ctx, args)
				require.NoError(t, err)
				inSpec, held := fresh()
				named, err := static.StartChild(ctx, with(starting("a", func(*cx) error { runtime.KeepAlive(held); return nil }), temporary))
				require.NoError(t, err)
				runtime.GC()
				require.NotNil(t, inArgs.Value(), "they are kept while the child may be started again or asked for")
				require.NotNil(t, inSpec.Value())
				end(t, func() error { return pool.TerminateDynamic(ctx, dynamic) }, dynamic)
				end(t, func() error { return static.TerminateChild(ctx, "a") }, named)
				synctest.Wait()
				_, _ = pool.Count(ctx) // what a supervisor did last it remembers until it does something else
				_, _ = static.Count(ctx)
				runtime.GC()
				runtime.GC()
				assert.Nil(t, inArgs.Value(), "somebody holds the args")
				assert.Nil(t, inSpec.Value(), "somebody holds the spec")
			})
		})
	}
}
