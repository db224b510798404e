// SPDX-License-Identifier: Apache-2.0

package dynamic_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

// Each child has a spec of its own, and any number of them may have the same id.
func TestChildrenComeAtRunTimeEachWithItsSpec(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{})
		assert.Equal(t, supervision.Counts{}, count(t, sup))
		a := start(t, sup, supervision.Worker("same", idle))
		b := start(t, sup, with(supervision.Worker("same", idle), temporary))
		sub := start(t, sup, supervision.Sub("sub", supervision.Spec{}))
		infos, err := sup.Children(t.Context())
		require.NoError(t, err)
		up := supervision.ChildInfo{Status: 1}
		assert.Equal(t, "up", up.Status.String())
		assert.Equal(t, []supervision.ChildInfo{
			{PID: sub, Status: up.Status, Kind: supervision.KindSupervisor},
			{PID: b, Status: up.Status},
			{PID: a, Status: up.Status},
		}, infos)
		assert.Equal(t, supervision.Counts{Specs: 3, Active: 3, Supervisors: 1, Workers: 2}, count(t, sup))
		for _, pid := range []actors.PID{a, b, sub} {
			assert.Equal(t, sup.PID(), pid.Parent())
		}
	})
}

// What a start function does instead of starting: each is told to the caller, and nothing of the child is left.
func TestAStartThatDoesNotComeUpLeavesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{})
		pid, err := sup.StartChild(t.Context(), child("ignore"))
		require.NoError(t, err)
		assert.True(t, pid.IsZero(), "it chose not to start")

		var failed *supervision.StartError
		_, err = sup.StartChild(t.Context(), child("error"))
		require.ErrorAs(t, err, &failed)
		require.ErrorIs(t, err, errFound)
		assert.Equal(t, "child", failed.ID)
		_, err = sup.StartChild(t.Context(), child("nothing"))
		require.ErrorIs(t, err, supervision.ErrNoProcess)

		_, err = sup.StartChild(t.Context(), child("panic"))
		require.ErrorAs(t, err, &failed)
		crash := failed.Reason.CrashError()
		assert.ErrorContains(t, crash, "oops")
		assert.NotEmpty(t, crash.Stack)

		assert.Equal(t, supervision.Counts{}, count(t, sup))
		assert.Equal(t, 1, sys.Len())
		start(t, sup, child("ok"))
	})
}

// A spec with mistakes is refused before the supervisor is asked, with all of them.
func TestAFaultySpecIsRefusedWithoutAskingAnybody(t *testing.T) {
	var nobody dynamic.Supervisor
	for _, c := range []struct {
		name string
		spec supervision.Child
		want []string
	}{
		{"empty", supervision.Child{}, []string{"id", "start"}},
		{"no start", supervision.Child{ID: "a"}, []string{"start"}},
		{"shutdown", with(child("ok"), func(c *supervision.Child) { c.Shutdown = supervision.After(-1) }), []string{"shutdown"}},
		{"significant", with(child("ok"), func(c *supervision.Child) {
			c.Significant, c.Restart = true, supervision.Transient
		}), []string{"significant"}},
		{"everything", supervision.Child{Restart: 9, Kind: 9, Shutdown: supervision.After(-1), Significant: true}, []string{
			"id", "start", "restart", "significant", "type", "shutdown",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := nobody.StartChild(t.Context(), c.spec)
			var faults supervision.Faults
			require.ErrorAs(t, err, &faults)
			var paths []string
			for _, f := range faults {
				paths = append(paths, f.Path)
			}
			assert.Equal(t, c.want, paths)
			assert.Equal(t, err, dynamic.Check(c.spec))
		})
	}
	assert.NoError(t, dynamic.Check(child("ok")))
}

// The limit counts running and restarting children, and is refused before anything of the child runs.
func TestMaxChildrenCountsRestartingOnesToo(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{Intensity: many, MaxChildren: 2})
		a := start(t, sup, with(child("ok"), transient))
		spec, tried := failing("error")
		b := start(t, sup, spec)
		refused := func() {
			t.Helper()
			synctest.Wait()
			_, err := sup.StartChild(t.Context(), child("panic"))
			require.ErrorIs(t, err, dynamic.ErrMaxChildren)
			assert.EqualError(t, err, `supervision: start child "child": there are as many children as are allowed`)
		}
		refused()
		b.Exit(whatever)
		<-tried
		_, err := sup.StartChild(t.Context(), child("panic"))
		require.ErrorIs(t, err, dynamic.ErrMaxChildren)
		require.NoError(t, sup.TerminateChild(t.Context(), b))
		c := start(t, sup, child("ok"))
		refused()
		end(c, whatever)
		refused()
		end(a, odd)
		start(t, sup, child("ok"))
		refused()
	})
}

// NoChildren lets nobody in, and the zero MaxChildren everybody.
func TestNoChildrenIsALimitToo(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{MaxChildren: dynamic.NoChildren})
		_, err := sup.StartChild(t.Context(), child("ok"))
		require.ErrorIs(t, err, dynamic.ErrMaxChildren)
		assert.Equal(t, supervision.Counts{}, count(t, sup))
	})
}

// A start that ignores or fails does not use up the limit.
func TestAStartThatFailsLeavesTheLimitAlone(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{MaxChildren: 1})
		for _, outcome := range []string{"ignore", "error", "panic"} {
			_, err := sup.StartChild(t.Context(), child(outcome))
			require.NotErrorIs(t, err, dynamic.ErrMaxChildren, outcome)
		}
		start(t, sup, child("ok"))
	})
}
