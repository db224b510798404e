// SPDX-License-Identifier: Apache-2.0

package dynamic_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

// faulty are specs with one mistake each, and the field that is named.
var faulty = []struct {
	path string
	spec dynamic.Spec
}{
	{"intensity.max", dynamic.Spec{Intensity: supervision.Intensity{Max: -2}}},
	{"intensity.within", dynamic.Spec{Intensity: supervision.Intensity{Within: -time.Second}}},
	{"max_children", dynamic.Spec{MaxChildren: -2}},
}

// A faulty spec starts nothing and names its field.
func TestAFaultySpecStartsNothing(t *testing.T) {
	for _, c := range faulty {
		t.Run(c.path, func(t *testing.T) {
			bubble(t, func(t *testing.T, sys *actors.System) {
				_, err := dynamic.Start(sys, "sup", c.spec)
				var f *supervision.FieldError
				require.ErrorAs(t, err, &f)
				assert.Equal(t, c.path, f.Path)
				assert.Zero(t, sys.Len())
				require.ErrorAs(t, c.spec.Validate(), &f)
				assert.Equal(t, c.path, f.Path)
			})
		})
	}
	assert.NoError(t, dynamic.Spec{}.Validate())
	assert.NoError(t, dynamic.Spec{Intensity: supervision.Intensity{Max: supervision.NoRestarts}, MaxChildren: dynamic.NoChildren}.Validate())
}

// The general form refuses what Elixir refuses, and what a dynamic supervisor has no use for.
func TestADynamicSupervisorHasOneStrategyAndNoAutoShutdown(t *testing.T) {
	for path, spec := range map[string]supervision.Spec{
		"strategy":      {Dynamic: true, Strategy: supervision.RestForOne},
		"auto_shutdown": {Dynamic: true, AutoShutdown: supervision.AnySignificant},
		"children":      {Dynamic: true, Children: []supervision.Child{child("ok")}},
		"max_children":  {MaxChildren: 1},
	} {
		var f *supervision.FieldError
		require.ErrorAs(t, spec.Validate(), &f, path)
		assert.Equal(t, path, f.Path)
	}
}

// What the start returns when init does something else than return a spec.
func TestTheOutcomesOfInit(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		run := func(init func(actors.PID) (dynamic.Spec, error)) error {
			_, err := dynamic.StartInit(sys, "sup", init)
			return err
		}
		require.ErrorIs(t, run(func(actors.PID) (dynamic.Spec, error) { return dynamic.Spec{}, actors.Ignore }), actors.ErrIgnore)
		require.ErrorIs(t, run(func(actors.PID) (dynamic.Spec, error) { return dynamic.Spec{}, errFound }), errFound)
		var faults supervision.Faults
		require.ErrorAs(t, run(func(actors.PID) (dynamic.Spec, error) { return faulty[0].spec, nil }), &faults)
		var crash *actors.CrashError
		require.ErrorAs(t, run(func(actors.PID) (dynamic.Spec, error) { panic("oops") }), &crash)
		assert.Zero(t, sys.Len())

		var self actors.PID
		sup, err := dynamic.StartInit(sys, "sup", func(pid actors.PID) (dynamic.Spec, error) {
			self = pid
			return dynamic.Spec{}, nil
		})
		require.NoError(t, err)
		assert.Equal(t, self, sup.PID())
	})
}

// A spec that replaces another holds from then on; children stay, even too many of them. One with faults changes nothing.
func TestReplaceKeepsTheChildren(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{Intensity: many})
		ctx := t.Context()
		a, b := start(t, sup, child("ok")), start(t, sup, child("ok"))
		for _, c := range faulty {
			var f *supervision.FieldError
			require.ErrorAs(t, sup.Replace(ctx, c.spec), &f)
			assert.Equal(t, c.path, f.Path)
		}
		start(t, sup, child("ok"))

		require.NoError(t, sup.Replace(ctx, dynamic.Spec{MaxChildren: 1}))
		assert.Equal(t, workers(3, 3), count(t, sup))
		assert.True(t, a.Alive() && b.Alive())
		_, err := sup.StartChild(ctx, child("ok"))
		require.ErrorIs(t, err, dynamic.ErrMaxChildren)
		require.NoError(t, sup.TerminateChild(ctx, a))
		_, err = sup.StartChild(ctx, child("ok"))
		require.ErrorIs(t, err, dynamic.ErrMaxChildren, "there are still more than are allowed")

		require.NoError(t, sup.Replace(ctx, dynamic.Spec{Intensity: supervision.Intensity{Max: supervision.NoRestarts}}))
		start(t, sup, child("ok"))
		end(b, whatever)
		assert.Equal(t, []string{"shutdown"}, ends(t, sup.PID()))
	})
}

// ReplaceInit makes the spec in the supervisor's turn; whatever goes wrong there changes nothing.
func TestReplaceInitChangesNothingUnlessItReturnsASpec(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{})
		ctx := t.Context()
		require.NoError(t, sup.ReplaceInit(ctx, func() (dynamic.Spec, error) { return faulty[2].spec, actors.Ignore }))
		require.ErrorIs(t, sup.ReplaceInit(ctx, func() (dynamic.Spec, error) { return faulty[2].spec, errFound }), errFound)
		var crash *actors.CrashError
		require.ErrorAs(t, sup.ReplaceInit(ctx, func() (dynamic.Spec, error) { panic("oops") }), &crash)
		start(t, sup, child("ok"))
		require.NoError(t, sup.ReplaceInit(ctx, func() (dynamic.Spec, error) { return dynamic.Spec{MaxChildren: 1}, nil }))
		_, err := sup.StartChild(ctx, child("ok"))
		require.ErrorIs(t, err, dynamic.ErrMaxChildren)
	})
}

// A dynamic supervisor stays one, and another kind does not become one.
func TestReplaceDoesNotChangeTheKind(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		ctx := t.Context()
		static, err := supervision.Start(sys, "static", supervision.Spec{})
		require.NoError(t, err)
		simple, err := supervision.Start(sys, "simple", supervision.Spec{
			Strategy: supervision.SimpleOneForOne, Children: []supervision.Child{child("ok")},
		})
		require.NoError(t, err)
		var faults supervision.Faults
		require.ErrorAs(t, static.Replace(ctx, supervision.Spec{Dynamic: true}), &faults)
		require.ErrorAs(t, simple.Replace(ctx, supervision.Spec{Dynamic: true}), &faults)
		assert.Len(t, faults, 2)
		sup := open(t, sys, dynamic.Spec{})
		require.ErrorAs(t, sup.Supervisor().Replace(ctx, supervision.Spec{}), &faults)
		require.ErrorAs(t, sup.Supervisor().Replace(ctx, supervision.Spec{
			Strategy: supervision.SimpleOneForOne, Children: []supervision.Child{child("ok")},
		}), &faults)
		start(t, sup, child("ok"))
	})
}

// Calls by id have no place here, nor have starts of dynamic children where others are.
func TestCallsOfOtherKindsAreRefused(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		ctx := t.Context()
		sup := open(t, sys, dynamic.Spec{})
		start(t, sup, child("ok"))
		general := sup.Supervisor()
		_, err := general.RestartChild(ctx, "child")
		require.ErrorIs(t, err, supervision.ErrDynamic)
		require.ErrorIs(t, general.DeleteChild(ctx, "child"), supervision.ErrDynamic)
		require.ErrorIs(t, general.TerminateChild(ctx, "child"), supervision.ErrDynamic)
		_, err = general.StartDynamic(ctx, "args")
		require.ErrorIs(t, err, supervision.ErrNotSimpleOneForOne)
		_, err = general.ChildSpec(ctx, "child")
		require.ErrorIs(t, err, dynamic.ErrNotFound)
		_, err = general.StartChild(ctx, child("ok"))
		require.NoError(t, err, "StartChild is the same in both forms")
		assert.Equal(t, workers(2, 2), count(t, sup))
		_, err = general.StartChild(ctx, supervision.Child{})
		var faults supervision.Faults
		require.ErrorAs(t, err, &faults)

		static, err := supervision.Start(sys, "static", supervision.Spec{})
		require.NoError(t, err)
		mistaken, err := dynamic.Of(static.PID())
		require.NoError(t, err)
		_, err = mistaken.StartChild(ctx, child("ok"))
		require.ErrorIs(t, err, dynamic.ErrNotDynamic)
		_, err = dynamic.Of(start(t, sup, child("ok")))
		require.ErrorIs(t, err, actors.ErrWrongType)
	})
}

// Calls to a supervisor that is no more say so.
func TestCallsToAnEndedSupervisorFail(t *testing.T) {
	bubble(t, func(t *testing.T, sys *actors.System) {
		sup := open(t, sys, dynamic.Spec{})
		stop(t, sup)
		_, err := sup.StartChild(t.Context(), child("ok"))
		require.ErrorIs(t, err, actors.ErrNoProc)
		_, err = sup.Count(t.Context())
		require.ErrorIs(t, err, actors.ErrNoProc)
		assert.True(t, errors.Is(sup.TerminateChild(t.Context(), actors.PID{}), actors.ErrNoProc))
	})
}
