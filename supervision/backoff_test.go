// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// backing gives a child a backoff.
func backing(c supervision.Child, b supervision.Backoff) supervision.Child {
	return with(c, func(c *supervision.Child) { c.Backoff = &b })
}

// failing is a worker whose first start works and the next ones fail, n times.
func failing(w *world, id string, n int) supervision.Child {
	starts, began := 0, w.Now()
	return starting(id, func(c *cx) error {
		w.say("%s at %s", id, c.Now().Sub(began))
		if starts++; starts > 1 && starts <= n+1 {
			return errBoom
		}
		return nil
	})
}

// Every wait is longer than the one before, up to the bound, and a success alone does not shorten the next one.
func TestBackoffGrowsToItsBound(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Intensity: many, Children: []supervision.Child{
			backing(failing(w, "a", 3), supervision.Backoff{Initial: time.Second, Max: 5 * time.Second}),
		}})
		crash(t, child(t, sup, "a"))
		time.Sleep(15 * time.Second)
		crash(t, child(t, sup, "a"))
		time.Sleep(5 * time.Second)
		assert.Equal(t, []string{
			"a at 0s", "started a",
			"exited a: crash: boom, restarts true", "restarting a: 1 of 1073741824, one_for_one", "waiting with a: attempt 1, 1s",
			"a at 1s", "start failed a: crash: boom", "restarting a: 2 of 1073741824, one_for_one", "waiting with a: attempt 2, 2s",
			"a at 3s", "start failed a: crash: boom", "restarting a: 3 of 1073741824, one_for_one", "waiting with a: attempt 3, 4s",
			"a at 7s", "start failed a: crash: boom", "restarting a: 2 of 1073741824, one_for_one", "waiting with a: attempt 4, 5s",
			"a at 12s", "started a",
			"exited a: crash: boom, restarts true", "restarting a: 1 of 1073741824, one_for_one", "waiting with a: attempt 5, 5s",
			"a at 20s", "started a",
		}, w.told())
	})
}

// A child that was up for ResetAfter begins with the first wait again.
func TestBackoffBeginsAgainAfterAGoodTime(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Intensity: many, Children: []supervision.Child{
			backing(plain("a"), supervision.Backoff{Initial: time.Second, ResetAfter: time.Minute}),
		}})
		var waits []time.Duration
		defer telemetry.Subscribe(w.Events(), "waits", func(e supervision.BackoffWait) { waits = append(waits, e.For) })()
		for _, up := range []time.Duration{0, time.Minute - 1, time.Minute, 0} {
			time.Sleep(up)
			crash(t, child(t, sup, "a"))
			time.Sleep(waits[len(waits)-1])
		}
		assert.Equal(t, []time.Duration{time.Second, 2 * time.Second, time.Second, 2 * time.Second}, waits)
	})
}

// While a child waits it is restarting, in the tree as backoff; its siblings, their restarts and all calls go on.
func TestOthersGoOnWhileAChildWaits(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Intensity: many, Children: []supervision.Child{
			backing(plain("a"), supervision.Backoff{Initial: time.Hour, Max: time.Hour}), plain("b"),
		}})
		old, b := child(t, sup, "a"), child(t, sup, "b")
		crash(t, old)
		assert.Equal(t, []string{"a restarting", "b up"}, children(t, sup))
		n := tree(t, sup, 0)
		assert.Equal(t, "backoff", n.Children[0].State)
		assert.Equal(t, "crash: actors: process \"/app/a\" handling supervision_test.do: boom", n.Children[0].LastReason)
		counts, err := sup.Count(t.Context())
		require.NoError(t, err)
		assert.Equal(t, supervision.Counts{Specs: 2, Active: 1, Workers: 2}, counts)
		assert.True(t, sup.Child("a").IsZero())

		_, err = sup.RestartChild(t.Context(), "a")
		require.ErrorIs(t, err, supervision.ErrRestarting)
		require.ErrorIs(t, sup.DeleteChild(t.Context(), "a"), supervision.ErrRestarting)
		_, err = sup.StartChild(t.Context(), plain("a"))
		require.ErrorIs(t, err, supervision.ErrAlreadyPresent)
		_, err = sup.StartChild(t.Context(), plain("c"))
		require.NoError(t, err)
		crash(t, b)
		assert.NotEqual(t, b, child(t, sup, "b"))
		assert.Equal(t, []string{"a restarting", "b up", "c up"}, children(t, sup))
		time.Sleep(time.Hour)
		assert.Equal(t, []string{"a up", "b up", "c up"}, children(t, sup))
		assert.Equal(t, "up", tree(t, sup, 0).Children[0].State)
	})
}

// TerminateChild ends the wait for good.
func TestTerminateChildEndsTheWait(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Intensity: many, Children: []supervision.Child{
			backing(failing(w, "a", 0), supervision.Backoff{Initial: time.Second}),
		}})
		crash(t, child(t, sup, "a"))
		require.NoError(t, sup.TerminateChild(t.Context(), "a"))
		w.told()
		time.Sleep(time.Minute)
		assert.Empty(t, w.told())
		assert.Equal(t, []string{"a stopped"}, children(t, sup))
		_, err := sup.RestartChild(t.Context(), "a")
		require.NoError(t, err, "by hand it starts at once")
		assert.Equal(t, []string{"a at 1m0s", "started a"}, w.told())
	})
}

// A dynamic child that waits is named by the process that it had.
func TestTerminateDynamicEndsTheWait(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := dynamic(t, w, saying(w), func(c *supervision.Child) { c.Backoff = &supervision.Backoff{Initial: time.Second} })
		one, err := sup.StartDynamic(t.Context(), "one")
		require.NoError(t, err)
		two, err := sup.StartDynamic(t.Context(), "two")
		require.NoError(t, err)
		crash(t, one)
		crash(t, two)
		require.NoError(t, sup.TerminateDynamic(t.Context(), one))
		w.told()
		time.Sleep(time.Minute)
		assert.Equal(t, []string{"two", "started "}, w.told())
		assert.Equal(t, []string{" up"}, children(t, sup))
	})
}

// What is restarted with a child is stopped before its wait and started after it.
func TestAGroupIsStoppedBeforeTheWaitAndStartedAfterIt(t *testing.T) {
	for _, c := range []struct {
		strategy supervision.Strategy
		waiting  []string
		stopped  []string
		started  []string
	}{
		{
			supervision.RestForOne,
			[]string{"a up", "b restarting", "c stopped", "d stopped"},
			[]string{"stopped d: shutdown", "stopped c: shutdown"},
			[]string{"started b", "started c", "started d"},
		},
		{
			supervision.OneForAll,
			[]string{"a stopped", "b restarting", "c stopped", "d stopped"},
			[]string{"stopped d: shutdown", "stopped c: shutdown", "stopped a: shutdown"},
			[]string{"started a", "started b", "started c", "started d"},
		},
	} {
		t.Run(c.strategy.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				sup := w.start(t, supervision.Spec{Strategy: c.strategy, Intensity: supervision.Intensity{Max: 7}, Children: []supervision.Child{
					plain("a"), backing(plain("b"), supervision.Backoff{Initial: time.Second}), with(plain("c"), transient), plain("d"),
				}})
				w.told()
				crash(t, child(t, sup, "b"))
				want := append([]string{"exited b: crash: boom, restarts true", "restarting b: 1 of 7, " + c.strategy.String()}, c.stopped...)
				assert.Equal(t, append(want, "waiting with b: attempt 1, 1s"), w.told())
				assert.Equal(t, c.waiting, children(t, sup))
				time.Sleep(time.Second)
				assert.Equal(t, c.started, w.told())
			})
		})
	}
}

// Attempts that wait count like all others, and one too many ends the supervisor without a wait.
func TestAttemptsThatWaitCount(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Intensity: supervision.Intensity{Max: 2}, Children: []supervision.Child{
			backing(failing(w, "a", 9), supervision.Backoff{Initial: time.Second, Factor: 1}), plain("b"),
		}})
		w.told()
		crash(t, child(t, sup, "a"))
		time.Sleep(2 * time.Second)
		assert.Equal(t, []string{
			"exited a: crash: boom, restarts true", "restarting a: 1 of 2, one_for_one", "waiting with a: attempt 1, 1s",
			"a at 1s", "start failed a: crash: boom", "restarting a: 2 of 2, one_for_one", "waiting with a: attempt 2, 1s",
			"a at 2s", "start failed a: crash: boom", "gave up on a: 3 of 2", "stopped b: shutdown",
		}, w.told())
		assert.Equal(t, "shutdown", why(t, sup.PID()).String())
	})
}

// A supervisor that is stopped, or killed, leaves no wait behind.
func TestASupervisorEndsDuringAWait(t *testing.T) {
	for name, end := range map[string]func(w *world, sup *supervision.Supervisor){
		"stop":  func(_ *world, sup *supervision.Supervisor) { sup.PID().Stop() },
		"kill":  func(_ *world, sup *supervision.Supervisor) { sup.PID().Kill() },
		"close": func(w *world, _ *supervision.Supervisor) { _ = w.Close(context.Background()) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				sup := w.start(t, supervision.Spec{Intensity: many, Children: []supervision.Child{
					backing(failing(w, "a", 0), supervision.Backoff{Initial: time.Second}),
				}})
				crash(t, child(t, sup, "a"))
				w.told()
				end(w, sup)
				why(t, sup.PID())
				time.Sleep(time.Minute)
				assert.Empty(t, w.told())
			})
		})
	}
}

// Jitter spreads waits on both sides of their length, and the system's seed decides how.
func TestJitterComesFromTheSeed(t *testing.T) {
	waits := func(seed uint64) (all []time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			bus := telemetry.NewBus()
			defer telemetry.Subscribe(bus, "waits", func(e supervision.BackoffWait) { all = append(all, e.For) })()
			sys := actors.New(actors.Options{Seed: seed, Events: bus})
			sup, err := supervision.Start(sys, "app", supervision.Spec{Intensity: many, Children: []supervision.Child{
				backing(plain("a"), supervision.Backoff{Initial: time.Second, Factor: 1, Jitter: 0.5}),
			}})
			require.NoError(t, err)
			for range 50 {
				child(t, sup, "a").Kill()
				time.Sleep(2 * time.Second)
			}
			require.NoError(t, sys.Close(t.Context()))
		})
		return all
	}
	first := waits(1)
	require.Len(t, first, 50)
	shorter := 0
	for _, d := range first {
		assert.InDelta(t, time.Second, d, float64(500*time.Millisecond))
		if d < time.Second {
			shorter++
		}
	}
	assert.InDelta(t, 25, shorter, 20)
	assert.Equal(t, first, waits(1))
	assert.NotEqual(t, first, waits(2))
}

// A backoff that makes no sense is refused like any other mistake.
func TestABadBackoffIsRefused(t *testing.T) {
	bad := backing(with(plain("a"), temporary), supervision.Backoff{Factor: 0.5, Jitter: 2})
	var faults supervision.Faults
	require.ErrorAs(t, supervision.Check(bad, supervision.Never), &faults)
	var paths []string
	for _, f := range faults {
		paths = append(paths, f.Path)
	}
	assert.Equal(t, []string{"backoff", "backoff.factor", "backoff.jitter"}, paths)
}

// Under a supervisor with a limit of children, one that waits keeps its place.
func TestAChildThatWaitsTakesRoom(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Dynamic: true, MaxChildren: 1, Intensity: many})
		pid, err := sup.StartChild(t.Context(), backing(plain("a"), supervision.Backoff{Initial: time.Second}))
		require.NoError(t, err)
		crash(t, pid)
		_, err = sup.StartChild(t.Context(), plain("b"))
		require.ErrorIs(t, err, supervision.ErrMaxChildren)
		assert.Equal(t, []string{" restarting"}, children(t, sup))
		require.NoError(t, sup.TerminateDynamic(t.Context(), pid), "its former process names it")
		_, err = sup.StartChild(t.Context(), plain("b"))
		require.NoError(t, err)
	})
}
