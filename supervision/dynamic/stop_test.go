// SPDX-License-Identifier: Apache-2.0

package dynamic_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

// worker is a child with a shutdown time; a nil answer is that of a child that does not trap exits.
func worker(how supervision.Shutdown, answer func(c *cx) error) supervision.Child {
	behavior := idle
	if answer != nil {
		behavior = trapping(answer)
	}
	return with(supervision.Worker("w", behavior), func(c *supervision.Child) { c.Shutdown = how })
}

// How a child is stopped is its own spec's matter, and how it answers is its own.
func TestEachChildIsStoppedAsItsSpecSays(t *testing.T) {
	withOdd := func(*cx) error { return actors.StopWith("oops") }
	normally := func(*cx) error { return actors.Stop }
	for _, c := range []struct {
		name     string
		children []supervision.Child
		want     []string
		takes    time.Duration
	}{
		{"brutal", []supervision.Child{
			worker(supervision.Brutal, nil), worker(supervision.Brutal, withOdd), worker(supervision.Brutal, nil),
		}, []string{"killed", "killed", "killed"}, 0},
		{"infinity", []supervision.Child{
			worker(supervision.Infinity, nil), worker(supervision.Infinity, withOdd),
		}, []string{"shutdown", "shutdown: oops"}, 0},
		{"time", []supervision.Child{
			worker(supervision.After(time.Second), nil), worker(supervision.After(time.Second), withOdd),
		}, []string{"shutdown", "shutdown: oops"}, 0},
		{"time is over", []supervision.Child{
			worker(supervision.After(time.Millisecond), nil),
			worker(supervision.After(time.Millisecond), stuck(time.Minute)),
			worker(supervision.After(time.Millisecond), nil),
		}, []string{"shutdown", "killed", "shutdown"}, time.Millisecond},
		{"a permanent child ends normally", []supervision.Child{
			worker(supervision.Infinity, normally), worker(supervision.Infinity, normally),
		}, []string{"normal", "normal"}, 0},
		{"mixed", []supervision.Child{
			worker(supervision.Infinity, nil), worker(supervision.Brutal, nil),
		}, []string{"shutdown", "killed"}, 0},
		{"no time", []supervision.Child{worker(supervision.After(0), stuck(time.Minute))}, []string{"killed"}, 0},
		{"the default", []supervision.Child{worker(0, stuck(time.Minute))}, []string{"killed"}, 5 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, sys *actors.System) {
				sup := open(t, sys, dynamic.Spec{})
				var pids []actors.PID
				for _, spec := range c.children {
					pids = append(pids, start(t, sup, spec))
				}
				assert.Equal(t, c.takes, stop(t, sup))
				assert.Equal(t, c.want, ends(t, pids...))
				assert.Equal(t, []string{"shutdown"}, ends(t, sup.PID()))
			})
		})
	}
}

// All are asked at once and each time counts from then: the supervisor ends with the slowest, and nobody is killed before or after its time.
func TestAllAreStoppedAtOnceEachInItsTime(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{})
		begin := time.Now()
		times := []struct{ allowed, needed time.Duration }{
			{9 * time.Second, 8 * time.Second}, // in time, though others are waited for before
			{2 * time.Second, time.Hour},
			{9 * time.Second, time.Hour},
			{2 * time.Second, time.Second},
			{2 * time.Second, time.Hour},
			{0, time.Hour},
		}
		at := make([]time.Duration, len(times))
		pids := make([]actors.PID, len(times))
		for i, w := range times {
			pids[i] = start(t, sup, worker(supervision.After(w.allowed), stuck(w.needed)))
			watch(t, sys, pids[i], func() { at[i] = time.Since(begin) })
		}
		patient := start(t, sup, worker(supervision.Infinity, stuck(20*time.Second)))
		require.Equal(t, begin, time.Now())
		assert.Equal(t, 20*time.Second, stop(t, sup))
		synctest.Wait()
		assert.Equal(t, []time.Duration{8 * time.Second, 2 * time.Second, 9 * time.Second, time.Second, 2 * time.Second, 0}, at)
		assert.Equal(t, []string{"shutdown", "killed", "killed", "shutdown", "killed", "killed", "shutdown"}, ends(t, append(pids, patient)...))
	})
}

// watch calls heard when a process has ended. The watcher ends with it.
func watch(t *testing.T, sys *actors.System, who actors.PID, heard func()) {
	t.Helper()
	ref := actors.MustSpawn(sys, "", idle)
	ready := make(chan struct{})
	ref.Tell(func(c *cx) error {
		c.Monitor(who, func(actors.Down) do { return func(*cx) error { heard(); return actors.Stop } })
		close(ready)
		return nil
	})
	<-ready
}

// A child that is restarting has nothing to stop, and its retries are over.
func TestARestartingChildDoesNotHoldTheEndUp(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{Intensity: many})
		spec, tried := failing("error")
		start(t, sup, spec).Exit(whatever)
		<-tried
		assert.Zero(t, stop(t, sup))
	})
}

// A killed supervisor stops nobody: its children hear of it through their links.
func TestChildrenOfAKilledSupervisorEndThroughTheirLinks(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{})
		a := start(t, sup, child("ok"))
		sub := start(t, sup, dynamic.Child("sub", dynamic.Spec{}))
		inner, err := dynamic.Of(sub)
		require.NoError(t, err)
		b := start(t, inner, child("ok"))
		sup.PID().Kill()
		assert.Equal(t, []string{"killed", "killed", "shutdown"}, ends(t, a, sub, b))
	})
}

// TerminateChild stops one child as its spec says and forgets it; what is no child, no longer or never was, is not found.
func TestTerminateChildForgetsTheChild(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{})
		for how, want := range map[supervision.Shutdown]string{
			supervision.Brutal: "killed", supervision.After(time.Second): "shutdown", supervision.Infinity: "shutdown",
		} {
			pid := start(t, sup, worker(how, nil))
			require.NoError(t, sup.TerminateChild(t.Context(), pid))
			assert.Equal(t, []string{want}, ends(t, pid))
			require.ErrorIs(t, sup.TerminateChild(t.Context(), pid), dynamic.ErrNotFound)
			assert.Equal(t, supervision.Counts{}, count(t, sup))
		}
		stranger := actors.MustSpawn(sys, "stranger", idle).PID()
		require.ErrorIs(t, sup.TerminateChild(t.Context(), stranger), dynamic.ErrNotFound)
		assert.True(t, stranger.Alive())
		require.ErrorIs(t, sup.TerminateChild(t.Context(), actors.PID{}), dynamic.ErrNotFound)
		stranger.Kill()
	})
}

// TerminateChild waits for a slow child and kills it when its time is over.
func TestTerminateChildWaitsForTheShutdownTime(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{})
		pid := start(t, sup, worker(supervision.After(3*time.Second), stuck(time.Minute)))
		begin := time.Now()
		require.NoError(t, sup.TerminateChild(t.Context(), pid))
		assert.Equal(t, 3*time.Second, time.Since(begin))
		assert.Equal(t, []string{"killed"}, ends(t, pid))
	})
}

// The former process of a restarting child names it; that of a child that has come back does not.
func TestTerminateChildEndsTheRetriesOfARestartingChild(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{Intensity: many})
		spec, tried := failing("error")
		pid := start(t, sup, spec)
		pid.Exit(whatever)
		<-tried
		require.NoError(t, sup.TerminateChild(t.Context(), pid))
		require.ErrorIs(t, sup.TerminateChild(t.Context(), pid), dynamic.ErrNotFound)
		assert.Equal(t, supervision.Counts{}, count(t, sup))

		back := start(t, sup, child("ok"))
		end(back, whatever)
		require.ErrorIs(t, sup.TerminateChild(t.Context(), back), dynamic.ErrNotFound)
		assert.Equal(t, workers(1, 1), count(t, sup))
	})
}
