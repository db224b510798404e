// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// dynamic starts a supervisor of one template.
func dynamic[A any](t *testing.T, w *world, start func(a A) actors.Behavior[do], change ...func(c *supervision.Child)) *supervision.Supervisor {
	t.Helper()
	template := supervision.Template("t", start)
	for _, f := range change {
		f(&template)
	}
	return w.start(t, supervision.Spec{
		Strategy: supervision.SimpleOneForOne, Intensity: many, Children: []supervision.Child{template},
	})
}

// saying is a behaviour that notes its args when it starts.
func saying(w *world) func(a string) actors.Behavior[do] {
	return func(a string) actors.Behavior[do] {
		return &doer{init: func(*cx) error {
			switch a {
			case "bad":
				return errBoom
			case "no":
				return actors.Ignore
			}
			w.say("%s", a)
			return nil
		}}
	}
}

// The args of StartDynamic are kept for the restarts of that child.
func TestADynamicChildRestartsWithItsArgs(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := dynamic(t, w, saying(w))
		one, err := sup.StartDynamic(t.Context(), "one")
		require.NoError(t, err)
		_, err = sup.StartDynamic(t.Context(), "two")
		require.NoError(t, err)
		crash(t, one)
		assert.Equal(t, []string{
			"one", "started ", "two", "started ",
			"exited : crash: boom, restarts true", "restarting : 1 of 1073741824, simple_one_for_one", "one", "started ",
		}, w.told())
	})
}

// Args of another type than the template takes fail the start and leave nothing behind.
func TestArgsOfAnotherTypeAreRefused(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := dynamic(t, w, saying(w))
		for _, args := range []any{1, nil, []byte("one")} {
			_, err := sup.StartDynamic(t.Context(), args)
			var wrong *supervision.ArgsError
			require.ErrorAs(t, err, &wrong, "%T", args)
			assert.Equal(t, "t", wrong.Child)
			assert.Equal(t, args, wrong.Got)
			assert.Equal(t, "", wrong.Want)
			var failed *supervision.StartError
			require.ErrorAs(t, err, &failed)
			assert.Empty(t, failed.ID)
		}
		assert.Empty(t, children(t, sup))
		assert.Equal(t, 1, w.Len())
	})
}

// A template whose args are of an interface type takes nil, which is a value of it.
func TestNilIsAValueOfInterfaceArgs(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := dynamic(t, w, func(cause error) actors.Behavior[do] {
			return &doer{init: func(*cx) error { w.say("cause %v", cause); return nil }}
		})
		_, err := sup.StartDynamic(t.Context(), nil)
		require.NoError(t, err)
		_, err = sup.StartDynamic(t.Context(), errBoom)
		require.NoError(t, err)
		assert.Equal(t, []string{"cause <nil>", "started ", "cause boom", "started "}, w.told())
		_, err = sup.StartDynamic(t.Context(), 1)
		var wrong *supervision.ArgsError
		require.ErrorAs(t, err, &wrong)
	})
}

// R5, R37: a dynamic child that ignores or fails leaves nothing behind.
func TestADynamicStartThatIgnoresOrFailsLeavesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := dynamic(t, w, saying(w))
		pid, err := sup.StartDynamic(t.Context(), "no")
		require.NoError(t, err)
		assert.True(t, pid.IsZero())
		_, err = sup.StartDynamic(t.Context(), "bad")
		require.ErrorIs(t, err, errBoom)
		counts, err := sup.Count(t.Context())
		require.NoError(t, err)
		assert.Equal(t, supervision.Counts{Specs: 1}, counts)
	})
}

// R38: what TerminateDynamic says of a child, a dead child, a stranger; and calls by id are refused.
func TestCallsToASimpleSupervisor(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := dynamic(t, w, saying(w), temporary)
		ctx := t.Context()
		one, err := sup.StartDynamic(ctx, "one")
		require.NoError(t, err)
		stranger := actors.MustSpawn(w, "stranger", of(doer{}))
		require.ErrorIs(t, sup.TerminateDynamic(ctx, stranger.PID()), supervision.ErrNotFound)
		assert.True(t, stranger.PID().Alive())
		require.NoError(t, sup.TerminateDynamic(ctx, one))
		require.NoError(t, sup.TerminateDynamic(ctx, one), "dead is as good as stopped")
		require.NoError(t, sup.TerminateDynamic(ctx, actors.PID{}), "and so is nobody")

		_, err = sup.StartChild(ctx, plain("a"))
		require.ErrorIs(t, err, supervision.ErrSimpleOneForOne)
		_, err = sup.RestartChild(ctx, "t")
		require.ErrorIs(t, err, supervision.ErrSimpleOneForOne)
		require.ErrorIs(t, sup.TerminateChild(ctx, "t"), supervision.ErrSimpleOneForOne)
		require.ErrorIs(t, sup.DeleteChild(ctx, "t"), supervision.ErrSimpleOneForOne)
		spec, err := sup.ChildSpec(ctx, "t")
		require.NoError(t, err)
		assert.Equal(t, supervision.Temporary, spec.Restart)
	})
}

// A supervisor may be the template too: a tree for each start.
func TestSupervisorsUnderASimpleSupervisor(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Strategy: supervision.SimpleOneForOne, Children: []supervision.Child{
			supervision.Sub("pair", supervision.Spec{Children: []supervision.Child{plain("a"), plain("b")}}),
		}})
		first, err := sup.StartDynamic(t.Context(), nil)
		require.NoError(t, err)
		_, err = sup.StartDynamic(t.Context(), nil)
		require.NoError(t, err)
		counts, err := sup.Count(t.Context())
		require.NoError(t, err)
		assert.Equal(t, supervision.Counts{Specs: 1, Active: 2, Supervisors: 2}, counts)
		first.Kill()
		counts, err = sup.Count(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 2, counts.Supervisors)
		synctest.Wait()
		assert.Equal(t, 1+2*3, w.Len(), "and none of the killed one's children is left")
	})
}
