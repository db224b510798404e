// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/supervision/plan"
)

// up returns the state of a supervisor whose children all run; child i has reference i.
func up(t testing.TB, spec plan.Spec, n int) *plan.State {
	t.Helper()
	for i := range n {
		spec.Children = append(spec.Children, plan.Child{ID: strconv.Itoa(i), Start: i})
	}
	s, err := plan.New(spec)
	require.NoError(t, err)
	s.Step(plan.Begin{})
	for i := range n {
		s.Step(plan.Started{Ref: i})
	}
	require.False(t, s.Busy())
	return s
}

func exitOf(actions []plan.Action) (plan.Reason, bool) {
	if len(actions) == 0 {
		return plan.Reason{}, false
	}
	exit, ok := actions[len(actions)-1].(plan.Exit)
	return exit.Reason, ok
}

func TestWindowIsExactAndInclusive(t *testing.T) {
	const within = 5 * time.Second
	for _, c := range []struct {
		name  string
		max   int
		times []time.Duration
		gone  int // number of the exit that ends the supervisor, from 1; 0: none
	}{
		{"none allowed", plan.NoRestarts, []time.Duration{0}, 1},
		{"default is one", 0, []time.Duration{0, 0}, 2},
		{"as old as the window counts", 1, []time.Duration{0, within}, 2},
		{"a nanosecond older does not", 1, []time.Duration{0, within + 1, 2*within + 2}, 0},
		{"the window slides", 2, []time.Duration{0, 4 * time.Second, 6 * time.Second, 8 * time.Second}, 4},
		{"three at once", 3, []time.Duration{1, 1, 1, 1}, 4},
	} {
		s := up(t, plan.Spec{Intensity: plan.Intensity{Max: c.max, Within: within}}, 1)
		ref, gone := 0, 0
		for i, now := range c.times {
			reason, exits := exitOf(s.Step(plan.ChildExited{Ref: ref, Reason: plan.Reason{Class: plan.ClassCrash}, Now: now}))
			if exits {
				assert.Equal(t, plan.Reason{Class: plan.ClassShutdown}, reason, c.name)
				gone = i + 1
				break
			}
			ref = 100 + i
			s.Step(plan.Started{Ref: ref})
		}
		assert.Equal(t, c.gone, gone, c.name)
	}
}

func TestRestartTypeAndReasonDecide(t *testing.T) {
	all := []plan.Class{plan.ClassNormal, plan.ClassShutdown, plan.ClassShutdownTerm, plan.ClassKilled, plan.ClassCrash, plan.ClassNoProc}
	want := map[plan.Restart][]bool{
		plan.Permanent: {true, true, true, true, true, true},
		plan.Transient: {false, false, false, true, true, true},
		plan.Temporary: {false, false, false, false, false, false},
	}
	for restart, restarts := range want {
		for i, class := range all {
			s, err := plan.New(plan.Spec{Children: []plan.Child{{ID: "a", Start: 1, Restart: restart}}})
			require.NoError(t, err)
			s.Step(plan.Begin{})
			s.Step(plan.Started{Ref: "a1"})
			s.Step(plan.ChildExited{Ref: "a1", Reason: plan.Reason{Class: class}})
			assert.Equal(t, restarts[i], s.Busy(), "%v %v", restart, class)
		}
	}
}

func TestParentReasonIsPassedOnUnchanged(t *testing.T) {
	s := up(t, plan.Spec{}, 1)
	why := plan.Reason{Class: plan.ClassCrash, Payload: &struct{ opaque int }{7}}
	s.Step(plan.ParentExit{Reason: why})
	reason, _ := exitOf(s.Step(plan.Stopped{Reason: plan.Reason{Class: plan.ClassShutdown}}))
	assert.Equal(t, why, reason)
	assert.True(t, s.Ended())
}

func TestMisuseOfStepPanics(t *testing.T) {
	fresh := func() *plan.State {
		s, err := plan.New(plan.Spec{Children: []plan.Child{{ID: "a", Start: 1}}})
		require.NoError(t, err)
		return s
	}
	assert.Panics(t, func() { fresh().Step(plan.ListChildren{}) }, "before begin")
	starting := fresh()
	starting.Step(plan.Begin{})
	assert.Panics(t, func() { starting.Step(plan.ListChildren{}) }, "while a start result is awaited")
	s := up(t, plan.Spec{}, 0)
	assert.Panics(t, func() { s.Step(plan.Begin{}) }, "begin twice")
	assert.Panics(t, func() { s.Step(plan.Started{Ref: 1}) }, "a result nobody asked for")
	s.Step(plan.ParentExit{})
	assert.Panics(t, func() { s.Step(plan.ListChildren{}) }, "after exit")
}

// With a cost per child in any of these steps this test would not end.
func TestCostOfOneChildDoesNotDependOnTheOthers(t *testing.T) {
	const n = 100_000
	crash := plan.Reason{Class: plan.ClassCrash}
	often := plan.Intensity{Max: n, Within: time.Second}
	t.Run("one_for_one", func(t *testing.T) {
		s := up(t, plan.Spec{Intensity: often}, n)
		for i := range 2 * n {
			s.Step(plan.ChildExited{Ref: i, Reason: crash, Now: time.Duration(i) * 20 * time.Microsecond})
			s.Step(plan.Started{Ref: n + i})
		}
		for i := range n {
			id := strconv.Itoa(i)
			s.Step(plan.TerminateChild{ID: id})
			s.Step(plan.Stopped{})
			s.Step(plan.DeleteChild{ID: id})
		}
		assert.Empty(t, s.Children())
	})
	t.Run("simple_one_for_one", func(t *testing.T) {
		s, err := plan.New(plan.Spec{Strategy: plan.SimpleOneForOne, Intensity: often, Children: []plan.Child{{ID: "t", Start: 1}}})
		require.NoError(t, err)
		s.Step(plan.Begin{})
		for i := range n {
			s.Step(plan.StartDynamic{Args: i})
			s.Step(plan.Started{Ref: i})
		}
		for i := range n {
			s.Step(plan.ChildExited{Ref: i, Reason: crash, Now: time.Duration(i) * 20 * time.Microsecond})
			s.Step(plan.Started{Ref: n + i})
			s.Step(plan.TerminateRef{Ref: n + i})
			s.Step(plan.Stopped{})
		}
		assert.Empty(t, s.Children())
	})
}

func TestASignificantChildThatRestartsIsNotGone(t *testing.T) {
	s, err := plan.New(plan.Spec{AutoShutdown: plan.AllSignificant, Children: []plan.Child{
		{ID: "a", Start: 1, Restart: plan.Transient, Significant: true},
		{ID: "b", Start: 1, Restart: plan.Temporary, Significant: true},
	}})
	require.NoError(t, err)
	s.Step(plan.Begin{})
	s.Step(plan.Started{Ref: "a1"})
	s.Step(plan.Started{Ref: "b1"})
	s.Step(plan.ChildExited{Ref: "a1", Reason: plan.Reason{Class: plan.ClassCrash}})
	actions := s.Step(plan.Failed{Reason: plan.Reason{Class: plan.ClassCrash}})
	key := actions[len(actions)-1].(plan.PostRetry).Key
	_, exits := exitOf(s.Step(plan.ChildExited{Ref: "b1", Reason: plan.Reason{Class: plan.ClassCrash}}))
	require.False(t, exits)
	// Once the retry brings it back, its own end is the last one.
	_, exits = exitOf(s.Step(plan.RetryDue{Key: key, Now: time.Minute}))
	require.False(t, exits)
	s.Step(plan.Started{Ref: "a2"})
	_, exits = exitOf(s.Step(plan.ChildExited{Ref: "a2"}))
	assert.True(t, exits)
}
