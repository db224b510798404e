// SPDX-License-Identifier: Apache-2.0

package learner_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"mabeam.dev/actors"
	past "mabeam.dev/cognitive/ensemble"
	"mabeam.dev/events"
	"mabeam.dev/events/memory"
	"mabeam.dev/internal/node/coordlog"
	"mabeam.dev/internal/node/learner"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/ensemble"
	"mabeam.dev/supervision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a learner under a supervisor, over a journal in memory.
type rig struct {
	*testing.T
	ctx  context.Context
	sys  *actors.System
	log  *flaky
	l    *learner.Learner
	each int // records between snapshots
}

// flaky is a log that can be told to fail after it has appended.
type flaky struct {
	coordlog.Log
	fail bool
}

func (f *flaky) Append(ctx context.Context, stream string, expect uint64, records ...[]byte) (uint64, error) {
	next, err := f.Log.Append(ctx, stream, expect, records...)
	if f.fail && err == nil {
		f.fail = false
		return 0, errors.New("nobody knows what became of it")
	}
	return next, err
}

func run(t *testing.T, each int, body func(r *rig)) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		j := events.NewJournal(memory.New(memory.Options{}), events.JournalOptions{})
		_, err := j.Start(sys)
		require.NoError(t, err)
		r := &rig{T: t, ctx: t.Context(), sys: sys, log: &flaky{Log: coordlog.New(j)}, each: each}
		r.start("first")
		body(r)
	})
}

// start starts a learner that has what the journal has.
func (r *rig) start(name string) {
	r.l = learner.New(learner.Options{Journal: r.log, Snapshots: r.log, SnapshotEvery: r.each})
	_, err := supervision.Start(r.sys, name, supervision.Spec{Intensity: supervision.Intensity{Max: 100, Within: 1}, Children: []supervision.Child{r.l.Child()}})
	require.NoError(r, err)
}

// ask asks what predictions come to: those of a, b and c.
func (r *rig) ask(session string, classes ...string) ensemble.Combined {
	q := ensemble.Request{Do: ensemble.DoCombine, Session: session, Classes: []string{"ham", "spam"}}
	for i, c := range classes {
		q.Predictions = append(q.Predictions, ensemble.Prediction{Agent: string(rune('a' + i)), Class: c, Share: 1_000_000})
	}
	args, err := json.Marshal(q)
	require.NoError(r, err)
	data, err := r.l.Do(r.ctx, session+"/combine", args)
	require.NoError(r, err)
	var c ensemble.Combined
	require.NoError(r, json.Unmarshal(data, &c))
	return c
}

func TestWhatIsLearnedSurvivesCrashesAndRestarts(t *testing.T) {
	for _, each := range []int{0, 3} { // without snapshots, and with many
		run(t, each, func(r *rig) {
			assert.Equal(r, "spam", r.ask("0", "ham", "spam", "spam").Class)
			require.NoError(r, r.l.Tell(r.ctx, "0", "ham"))
			for i := 1; i < 15; i++ {
				id := fmt.Sprint(i)
				r.log.fail = i == 4 || i == 5
				r.ask(id, "ham", "spam", "spam")
				r.log.fail = i == 7
				require.NoError(r, r.l.Tell(r.ctx, id, "ham"))
				if i%4 == 0 {
					pid := r.l.PID()
					require.True(r, pid.Alive())
					pid.Kill()
				}
			}
			before, err := r.l.Standings(r.ctx)
			require.NoError(r, err)
			r.start("second")
			after, err := r.l.Standings(r.ctx)
			require.NoError(r, err)
			assert.Equal(r, before, after)
			require.Len(r, after, 1)
			assert.Equal(r, past.Odds, after[0].Method)
			assert.Equal(r, 15, after[0].Skills[0].Outcomes)
			got := r.ask("x", "ham", "spam", "spam")
			assert.Equal(r, "ham", got.Class)
			assert.Equal(r, "log_odds", got.Method)
		})
	}
}

func TestASessionThatAsksAgainIsOneQuestion(t *testing.T) {
	run(t, 0, func(r *rig) {
		first := r.ask("1", "ham", "ham", "spam")
		assert.Equal(r, first, r.ask("1", "spam", "spam", "spam"))
		require.NoError(r, r.l.Tell(r.ctx, "1", "ham"))
		require.NoError(r, r.l.Tell(r.ctx, "1", "ham"))
		all, err := r.l.Standings(r.ctx)
		require.NoError(r, err)
		assert.Equal(r, 1, all[0].Skills[0].Outcomes)
	})
}

func TestMembersAreChosenForABudget(t *testing.T) {
	run(t, 0, func(r *rig) {
		for i := range 10 {
			r.ask(fmt.Sprint(i), "ham", "spam", "spam")
			require.NoError(r, r.l.Tell(r.ctx, fmt.Sprint(i), "ham"))
		}
		args, err := json.Marshal(ensemble.Request{Do: ensemble.DoChoose, Members: []ensemble.Priced{{Agent: "new", Cost: 1}, {Agent: "a", Cost: 3}}, Budget: 3})
		require.NoError(r, err)
		data, err := r.l.Do(r.ctx, "k", args)
		require.NoError(r, err)
		assert.JSONEq(r, `{"members": ["a"]}`, string(data))
	})
}

func TestWhatCannotBeIsRefusedAndKeepsNothing(t *testing.T) {
	run(t, 0, func(r *rig) {
		var spec *past.SpecError
		for _, bad := range []string{"", "{}", `{"do":"dance"}`, `{"do":"combine"}`, `{"do":"combine","session":"s"}`, `{"do":"combine","session":"s","predictions":[{"agent":"a"}]}`} {
			_, err := r.l.Do(r.ctx, "k", []byte(bad))
			require.ErrorAs(r, err, &spec, bad)
		}
		require.ErrorIs(r, r.l.Tell(r.ctx, "s", "ham"), past.ErrUnknownQuestion)
		r.ask("s", "ham")
		require.NoError(r, r.l.Tell(r.ctx, "s", "ham"))
		var told *past.ToldError
		require.ErrorAs(r, r.l.Tell(r.ctx, "s", "spam"), &told)
		unborn := learner.New(learner.Options{})
		require.ErrorIs(r, unborn.Tell(r.ctx, "s", "ham"), protocols.ErrUnavailable)
	})
}

func Example() {
	ctx := context.Background()
	sys := actors.New(actors.Options{})
	defer sys.Close(ctx)
	l := learner.New(learner.Options{})
	if _, err := supervision.Start(sys, "app", supervision.Spec{Children: []supervision.Child{l.Child()}}); err != nil {
		fmt.Println(err)
	}
	data, err := l.Do(ctx, "s/combine", []byte(`{"do":"combine","session":"s","predictions":[{"agent":"ann","class":"ham","share":1000000}]}`))
	fmt.Println(string(data), err)
	// Output: {"class":"ham","confidence":1000000,"method":"heads"} <nil>
}
