// SPDX-License-Identifier: Apache-2.0

package lifecycle_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/agents/lifecycle"
	"mabeam.dev/agents/query"
)

// moves is the table written once more, by hand: what leads where from each state with one piece of work in hand (and none in a state
// that has none).
var moves = map[lifecycle.State]map[lifecycle.Event]lifecycle.State{
	lifecycle.None:       {lifecycle.Register: lifecycle.Registered},
	lifecycle.Registered: {lifecycle.Start: lifecycle.Starting, lifecycle.Unregister: lifecycle.None},
	lifecycle.Starting: {
		lifecycle.Up: lifecycle.Ready, lifecycle.NotUp: lifecycle.Failed,
		lifecycle.Exit: lifecycle.Stopped, lifecycle.Crash: lifecycle.Failed, lifecycle.NodeLost: lifecycle.Lost,
	},
	lifecycle.Ready: {
		lifecycle.Take: lifecycle.Busy, lifecycle.Pause: lifecycle.Maintenance, lifecycle.Drain: lifecycle.Draining,
		lifecycle.Exit: lifecycle.Stopped, lifecycle.Crash: lifecycle.Failed, lifecycle.NodeLost: lifecycle.Lost,
	},
	lifecycle.Busy: {
		lifecycle.Take: lifecycle.Busy, lifecycle.Finish: lifecycle.Ready, lifecycle.Pause: lifecycle.Maintenance,
		lifecycle.Drain: lifecycle.Draining,
		lifecycle.Exit:  lifecycle.Stopped, lifecycle.Crash: lifecycle.Failed, lifecycle.NodeLost: lifecycle.Lost,
	},
	lifecycle.Maintenance: {
		lifecycle.Finish: lifecycle.Maintenance, lifecycle.Resume: lifecycle.Busy, lifecycle.Drain: lifecycle.Draining,
		lifecycle.Exit: lifecycle.Stopped, lifecycle.Crash: lifecycle.Failed, lifecycle.NodeLost: lifecycle.Lost,
	},
	lifecycle.Draining: {
		lifecycle.Finish: lifecycle.Draining, lifecycle.Deadline: lifecycle.Stopped,
		lifecycle.Exit: lifecycle.Stopped, lifecycle.Crash: lifecycle.Failed, lifecycle.NodeLost: lifecycle.Lost,
	},
	lifecycle.Stopped: {lifecycle.Start: lifecycle.Starting, lifecycle.Unregister: lifecycle.None, lifecycle.Expire: lifecycle.None},
	lifecycle.Failed:  {lifecycle.Start: lifecycle.Starting, lifecycle.Unregister: lifecycle.None, lifecycle.Expire: lifecycle.None},
	lifecycle.Lost:    {lifecycle.Start: lifecycle.Starting, lifecycle.Unregister: lifecycle.None, lifecycle.Expire: lifecycle.None},
}

// in is a life in a state, with one piece of work in hand where there can be one.
func in(s lifecycle.State) lifecycle.Life {
	l := lifecycle.Life{State: s, Incarnation: 3}
	if s == lifecycle.Busy || s == lifecycle.Maintenance || s == lifecycle.Draining {
		l.InHand = 1
	}
	if s == lifecycle.None {
		l.Incarnation = 0
	}
	return l
}

func TestEveryPairOfStateAndEventIsInTheTableOrRefused(t *testing.T) {
	for _, s := range lifecycle.States() {
		for _, e := range lifecycle.Events() {
			before := in(s)
			after, change, err := before.Step(e)
			want, allowed := moves[s][e]
			if !allowed {
				var refused *lifecycle.TransitionError
				require.ErrorAs(t, err, &refused, "%v in %v", e, s)
				assert.Equal(t, lifecycle.TransitionError{From: s, Event: e}, *refused)
				assert.ErrorIs(t, err, lifecycle.ErrTransition)
				assert.Equal(t, before, after, "a refusal changes nothing")
				assert.Zero(t, change)
				continue
			}
			require.NoError(t, err, "%v in %v", e, s)
			assert.Equal(t, want, after.State, "%v in %v", e, s)
			assert.Equal(t, s, change.From)
			assert.Equal(t, want, change.To)
			assert.Equal(t, e, change.Event)
		}
	}
}

func TestWorkInHandDecidesWhereItEnds(t *testing.T) {
	step := func(l lifecycle.Life, e lifecycle.Event) lifecycle.Life {
		t.Helper()
		l, _, err := l.Step(e)
		require.NoError(t, err)
		return l
	}
	two := lifecycle.Life{State: lifecycle.Busy, InHand: 2}
	assert.Equal(t, lifecycle.Life{State: lifecycle.Busy, InHand: 1}, step(two, lifecycle.Finish))
	idle := step(lifecycle.Life{State: lifecycle.Ready}, lifecycle.Pause)
	assert.Equal(t, lifecycle.Ready, step(idle, lifecycle.Resume).State, "nothing in hand: ready again")
	_, _, err := lifecycle.Life{State: lifecycle.Draining, InHand: 1}.Step(lifecycle.Drained)
	assert.ErrorIs(t, err, lifecycle.ErrTransition, "not while something is in hand")
	assert.Equal(t, lifecycle.Stopped, step(lifecycle.Life{State: lifecycle.Draining}, lifecycle.Drained).State)
	_, _, err = idle.Step(lifecycle.Finish)
	assert.ErrorIs(t, err, lifecycle.ErrTransition, "nothing to finish")
}

func TestWhatIsLeftInHandIsReturned(t *testing.T) {
	for _, e := range []lifecycle.Event{lifecycle.Deadline, lifecycle.Exit, lifecycle.Crash, lifecycle.NodeLost} {
		after, change, err := lifecycle.Life{State: lifecycle.Draining, Incarnation: 1, InHand: 4}.Step(e)
		require.NoError(t, err)
		assert.Equal(t, 4, change.Returned)
		assert.Zero(t, after.InHand)
	}
}

// A rule belongs to one pair at most, and every rule is reachable.
func TestRulesDoNotOverlap(t *testing.T) {
	seen := map[[2]int]bool{}
	for _, r := range lifecycle.Rules() {
		for _, s := range r.From {
			pair := [2]int{int(s), int(r.Event)}
			assert.False(t, seen[pair], "%v in %v twice", r.Event, s)
			seen[pair] = true
		}
		assert.NotEmpty(t, r.Effect)
	}
}

// Holds: AGT-2
func TestAnyEventsKeepTheInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l lifecycle.Life
		starts := uint64(0)
		for _, e := range rapid.SliceOf(rapid.SampledFrom(lifecycle.Events())).Draw(t, "events") {
			next, change, err := l.Step(e)
			if err != nil {
				if !errors.Is(err, lifecycle.ErrTransition) || next != l {
					t.Fatalf("%v in %v: %v, and %v became %v", e, l.State, err, l, next)
				}
				continue
			}
			if e == lifecycle.Start {
				starts++
			}
			if next.State == lifecycle.None {
				starts = 0
			}
			switch {
			case next.Incarnation != starts:
				t.Fatalf("incarnation %d after %d starts", next.Incarnation, starts)
			case next.InHand < 0, next.InHand > 0 && !lifecycle.Alive(next.State):
				t.Fatalf("%d in hand in %v", next.InHand, next.State)
			case next.State == lifecycle.Busy && next.InHand == 0, next.State == lifecycle.Ready && next.InHand != 0:
				t.Fatalf("%d in hand in %v", next.InHand, next.State)
			case next.InHand+change.Returned-l.InHand > 1, e == lifecycle.Take && !lifecycle.TakesWork(l.State):
				t.Fatalf("%v in %v took work", e, l)
			}
			l = next
		}
	})
}

func TestLegacyNamesEveryStateAndHealth(t *testing.T) {
	working := map[query.Status]lifecycle.Name{
		query.Degraded: lifecycle.Degraded, query.Overloaded: lifecycle.Degraded, query.Unhealthy: lifecycle.Degraded,
		query.Dead: lifecycle.NameFailed,
	}
	others := map[lifecycle.State]lifecycle.Name{
		lifecycle.None: "", lifecycle.Registered: lifecycle.Initializing, lifecycle.Starting: lifecycle.Initializing,
		lifecycle.Maintenance: lifecycle.NameMaintenance, lifecycle.Draining: lifecycle.Stopping,
		lifecycle.Stopped: lifecycle.NameStopped, lifecycle.Failed: lifecycle.NameFailed, lifecycle.Lost: lifecycle.NameFailed,
	}
	for _, s := range lifecycle.States() {
		for status := query.Unknown; int(status) < query.Statuses; status++ {
			want, fixed := others[s]
			idle := want
			if !fixed {
				want, idle = lifecycle.NameReady, lifecycle.Idle
				if s == lifecycle.Busy {
					want, idle = lifecycle.Active, lifecycle.Active
				}
				if sick, ok := working[status]; ok {
					want, idle = sick, sick
				}
			}
			assert.Equal(t, want, lifecycle.Legacy(s, status, time.Second, 0), "%v %v", s, status)
			assert.Equal(t, idle, lifecycle.Legacy(s, status, lifecycle.DefaultIdleAfter, 0), "%v %v idle", s, status)
		}
	}
	assert.Equal(t, lifecycle.Idle, lifecycle.Legacy(lifecycle.Ready, query.Healthy, 2*time.Second, time.Second))
}
