// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

func TestACrashedChildIsReplacedByAFreshIncarnation(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{plain("a"), plain("b")}})
		a, b := child(t, sup, "a"), child(t, sup, "b")
		crash(t, a)
		assert.False(t, a.Alive())
		assert.True(t, child(t, sup, "a").Alive())
		assert.NotEqual(t, a, child(t, sup, "a"))
		assert.Equal(t, b, child(t, sup, "b"), "its sibling stays")
		assert.Equal(t, sup.PID(), child(t, sup, "a").Parent())
	})
}

// Each incarnation is built by the start function anew: nothing of the crashed one is left in it.
func TestStateDoesNotOutliveAnIncarnation(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		built := 0
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{
			supervision.Worker("a", func() actors.Behavior[do] { built++; return &doer{} }),
		}})
		crash(t, child(t, sup, "a"))
		assert.Equal(t, 2, built)
	})
}

// R20 over three levels: giving up climbs one level at a time, and what is started again below is complete and has an empty counter.
func TestGivingUpClimbsOneLevelAtATime(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		leaves := supervision.Spec{Children: []supervision.Child{plain("x"), plain("y")}}
		middle := supervision.Spec{Children: []supervision.Child{supervision.Sub("leaves", leaves), plain("z")}}
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{supervision.Sub("middle", middle)}})
		x := func() actors.PID { return child(t, sub(t, sub(t, sup, "middle"), "leaves"), "x") }
		low, mid := sub(t, sub(t, sup, "middle"), "leaves").PID(), sub(t, sup, "middle").PID()
		w.deaths()

		crash(t, x())
		assert.Equal(t, []string{"/app/middle/leaves/x crash: boom"}, w.deaths(), "the first one is restarted in place")

		crash(t, x())
		assert.Equal(t, []string{"/app/middle/leaves/x crash: boom", "/app/middle/leaves/y shutdown", "/app/middle/leaves shutdown"},
			w.deaths(), "the second one is too many for leaves")
		assert.NotEqual(t, low, sub(t, sub(t, sup, "middle"), "leaves").PID())
		assert.Equal(t, mid, sub(t, sup, "middle").PID())

		crash(t, x()) // the new leaves count from nothing
		crash(t, x())
		assert.NotEqual(t, mid, sub(t, sup, "middle").PID(), "and the second such end is too many for middle")
		assert.Equal(t, []string{"leaves up", "z up"}, children(t, sub(t, sup, "middle")))
		assert.True(t, sup.PID().Alive())
	})
}

// A handle reaches its own incarnation or nobody.
func TestOfWantsASupervisor(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{plain("a")}})
		_, err := supervision.Of(child(t, sup, "a"))
		require.ErrorIs(t, err, actors.ErrWrongType)
		_, err = supervision.Of(actors.PID{})
		require.ErrorIs(t, err, actors.ErrNoProc)
		same, err := supervision.Of(sup.PID())
		require.NoError(t, err)
		assert.Equal(t, sup.PID(), same.PID())
	})
}
