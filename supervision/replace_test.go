// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/exit"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/plan"
)

// R48: processes stay, the new order holds, what is new is not started, what is missing stays behind.
func TestReplaceLeavesProcessesAlone(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{plain("a"), plain("b"), plain("c")}})
		a, c := child(t, sup, "a"), child(t, sup, "c")
		w.told()
		require.NoError(t, sup.Replace(t.Context(), supervision.Spec{
			Strategy: supervision.RestForOne, Intensity: many, Children: []supervision.Child{plain("c"), plain("new"), plain("a")},
		}))
		assert.Equal(t, []string{"replaced: added [new], kept [b]"}, w.told())
		assert.Equal(t, []string{"c up", "new stopped", "a up", "b up"}, children(t, sup))
		assert.Equal(t, a, child(t, sup, "a"))
		assert.Equal(t, c, child(t, sup, "c"))
		crash(t, a) // the new strategy and the new order hold at once
		assert.Equal(t, c, child(t, sup, "c"))
		assert.Equal(t, []string{
			"exited a: crash: boom, restarts true", "restarting a: 1 of 1073741824, rest_for_one",
			"stopped b: shutdown", "started a", "started b",
		}, w.told())
	})
}

// R48: changed fields hold from the next exit on.
func TestReplaceChangesWhatAChildIs(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{plain("a")}})
		require.NoError(t, sup.Replace(t.Context(), supervision.Spec{Children: []supervision.Child{with(plain("a"), transient)}}))
		tell(t, child(t, sup, "a"), func(*cx) error { return actors.Stop })
		assert.Equal(t, []string{"a stopped"}, children(t, sup))
	})
}

// R48: a spec with a fault, and a change to or from simple_one_for_one, change nothing.
func TestARefusedReplaceChangesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{plain("a")}})
		a := child(t, sup, "a")
		err := sup.Replace(t.Context(), supervision.Spec{Strategy: 9, Children: []supervision.Child{plain("b"), {ID: "c"}}})
		assert.Equal(t, []string{"strategy", "children[1].start"}, paths(t, err))
		err = sup.Replace(t.Context(), supervision.Spec{Strategy: supervision.SimpleOneForOne, Children: []supervision.Child{plain("a")}})
		assert.Equal(t, []string{"strategy"}, paths(t, err))
		assert.Equal(t, []string{"a up"}, children(t, sup))
		assert.Equal(t, a, child(t, sup, "a"))
	})
}

// R49: the restart counter survives a change.
func TestReplaceKeepsTheRestartCounter(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		spec := supervision.Spec{Children: []supervision.Child{plain("a")}}
		sup := w.start(t, spec)
		crash(t, child(t, sup, "a"))
		require.NoError(t, sup.Replace(t.Context(), spec))
		crash(t, child(t, sup, "a"))
		assert.False(t, sup.PID().Alive())
	})
}

// ReplaceInit makes the spec in the supervisor's turn; its error is the call's and changes nothing, and neither does ignore, which is
// no error in OTP either.
func TestReplaceInitIsCalledInTheSupervisorsTurn(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{plain("a")}})
		ctx := t.Context()
		require.NoError(t, sup.ReplaceInit(ctx, func() (supervision.Spec, error) {
			return supervision.Spec{Children: []supervision.Child{plain("a"), plain("b")}}, nil
		}))
		assert.Equal(t, []string{"a up", "b stopped"}, children(t, sup))
		bad := func(err error) func() (supervision.Spec, error) {
			return func() (supervision.Spec, error) { return supervision.Spec{}, err }
		}
		require.ErrorIs(t, sup.ReplaceInit(ctx, bad(errBoom)), errBoom)
		require.NoError(t, sup.ReplaceInit(ctx, bad(actors.Ignore)))
		assert.Equal(t, []string{"a up", "b stopped"}, children(t, sup))
	})
}

// A panic of the init is its error: a mistake in a live change must not end the tree that it was to change.
func TestAPanicInReplaceInitChangesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{plain("a")}})
		a := child(t, sup, "a")
		err := sup.ReplaceInit(t.Context(), func() (supervision.Spec, error) { panic(errBoom) })
		var p *exit.PanicError
		require.ErrorAs(t, err, &p)
		require.ErrorIs(t, err, errBoom)
		assert.Equal(t, []string{"a up"}, children(t, sup))
		assert.Equal(t, a, child(t, sup, "a"))
	})
}

// answer is the outcome of a request as it arrived.
type answer struct {
	reply plan.Reply
	err   error
}

// Request asks without blocking the process that asks; the outcome is one of its next messages.
func TestRequestDoesNotBlockTheProcessThatAsks(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		hold := make(chan struct{})
		sup := w.start(t, supervision.Spec{Children: []supervision.Child{plain("a")}})
		asker := actors.MustSpawn(w, "asker", of(doer{}))
		got := make(chan answer, 8)
		ask := func(op supervision.Operation) {
			tell(t, asker.PID(), func(c *cx) error {
				supervision.Request(c, sup, op, func(r plan.Reply, err error) do {
					return func(*cx) error { w.say("answer"); got <- answer{r, err}; return nil }
				})
				return nil
			})
		}
		w.told()
		ask(supervision.Event(plan.StartChild{Child: plan.Child{ID: "slow", Start: supervision.StartFunc(
			func(in actors.Spawner, _ any) (actors.PID, error) {
				<-hold
				ref, err := actors.SpawnLink(in, "slow", of(doer{}), actors.Local())
				return ref.PID(), err
			})}}))
		tell(t, asker.PID(), func(*cx) error { w.say("free"); return nil })
		assert.Equal(t, []string{"free"}, w.told())
		close(hold)
		assert.Equal(t, []string{"started slow", "answer"}, w.told())
		first := <-got
		require.NoError(t, first.err)
		assert.Equal(t, child(t, sup, "slow"), first.reply.Ref)

		ask(supervision.RawStart(plan.RawChild{ID: "raw", Restart: "sometimes", Start: supervision.StartFunc(nil)}))
		assert.Equal(t, []string{"restart"}, paths(t, (<-got).err))
		ask(supervision.Event(plan.StartChild{Child: plan.Child{ID: "slow", Start: supervision.StartFunc(nil)}}))
		var started *supervision.AlreadyStartedError
		require.ErrorAs(t, (<-got).err, &started)
		ask(supervision.Event(plan.StartChild{Child: plan.Child{ID: "wrong", Start: "not a StartFunc"}}))
		var failed *supervision.StartError
		require.ErrorAs(t, (<-got).err, &failed)
		sup.PID().Stop()
		w.told()
		ask(supervision.Event(plan.CountChildren{}))
		require.ErrorIs(t, (<-got).err, actors.ErrNoProc)
	})
}

// Parse takes a spec in texts, and all of its mistakes at once.
func TestParseOfASpecInTexts(t *testing.T) {
	start := supervision.StartFunc(func(actors.Spawner, any) (actors.PID, error) { return actors.PID{}, nil })
	spec, err := supervision.Parse(plan.RawSpec{
		Strategy: "rest_for_one", Children: []plan.RawChild{{ID: "a", Start: start, Restart: "transient", Shutdown: "brutal_kill"}},
	})
	require.NoError(t, err)
	assert.Equal(t, supervision.RestForOne, spec.Strategy)
	require.Len(t, spec.Children, 1)
	assert.Equal(t, supervision.Transient, spec.Children[0].Restart)
	assert.Equal(t, supervision.Brutal, spec.Children[0].Shutdown)
	assert.NotNil(t, spec.Children[0].Start)
	_, err = supervision.Parse(plan.RawSpec{Strategy: "one_for_none", Children: []plan.RawChild{{Start: start, Restart: "sometimes"}}})
	assert.Equal(t, []string{"strategy", "children[0].id", "children[0].restart"}, paths(t, err))
}
