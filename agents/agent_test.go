// SPDX-License-Identifier: Apache-2.0

package agents_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/supervision"
)

// moody does what its input says.
var moody = agents.Native("moody", "Does what its input says.", func(agents.Spec) (agents.Worker, error) {
	return agents.WorkerFunc(func(ctx context.Context, t agents.Task) (json.RawMessage, error) {
		var mood string
		if err := json.Unmarshal(t.Input, &mood); err != nil {
			return nil, agents.Permanent("bad_input", err.Error())
		}
		switch mood {
		case "panic":
			panic("as told")
		case "nothing":
			var none *agents.Failure
			return nil, none
		case "fail":
			return nil, errors.New("as told")
		case "hang":
			<-ctx.Done()
			return nil, context.Cause(ctx)
		}
		return json.Marshal("did " + mood)
	}), nil
})

func do(mood string) agents.Task {
	return agents.Task{ID: mood, Token: 1, Input: json.RawMessage(`"` + mood + `"`)}
}

func TestAgentAnswersWithResultFailureOrItsDeath(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		a, err := agents.Spawn(sys, agents.Spec{ID: "a"}, moody, nil)
		require.NoError(t, err)

		out, err := a.Do(t.Context(), do("work"))
		require.NoError(t, err)
		assert.JSONEq(t, `"did work"`, string(out))

		var f *agents.Failure
		_, err = a.Do(t.Context(), do("fail"))
		require.ErrorAs(t, err, &f)
		assert.Equal(t, agents.ClassRetryable, f.Class)

		_, err = a.Do(t.Context(), do("nothing")) // a nil *Failure is an error that is not nil
		require.ErrorAs(t, err, &f)
		assert.Equal(t, agents.ClassRetryable, f.Class)

		_, err = a.Do(t.Context(), agents.Task{ID: "x", Input: json.RawMessage(`{}`)})
		require.ErrorAs(t, err, &f)
		assert.Equal(t, agents.ClassPermanent, f.Class)

		_, err = a.Do(t.Context(), do("panic"))
		var died *actors.CallError
		var guilty *agents.TaskPanicError
		require.ErrorAs(t, err, &died)
		require.ErrorAs(t, err, &guilty)
		assert.Equal(t, "panic", guilty.Task)
	})
}

func TestRecalledTaskIsCancelledAndStillAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		a, err := agents.Spawn(sys, agents.Spec{ID: "a"}, moody, nil)
		require.NoError(t, err)
		time.AfterFunc(time.Minute, func() { a.Ref().Tell(agents.Recall{Token: 1, Reason: "late"}) })
		_, err = a.Do(t.Context(), do("hang"))
		assert.ErrorContains(t, err, "attempt recalled: late")
	})
}

func TestBusyAgentRefusesOneMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		a, err := agents.Spawn(sys, agents.Spec{ID: "a"}, moody, nil)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		go a.Do(ctx, do("hang"))
		synctest.Wait()
		_, err = a.Do(t.Context(), agents.Task{ID: "second", Token: 2, Input: json.RawMessage(`"x"`)})
		var f *agents.Failure
		require.ErrorAs(t, err, &f)
		assert.Equal(t, agents.ClassUndelivered, f.Class)
		cancel()
	})
}

// Tasks that are given by hand need no token: the agent does them side by side and answers each.
func TestTasksWithoutATokenAreDoneSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		a, err := agents.Spawn(sys, agents.Spec{ID: "a", Concurrency: 2}, moody, nil)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		recalled := make(chan error, 1)
		go func() {
			_, err := a.Do(ctx, agents.Task{ID: "hang", Input: json.RawMessage(`"hang"`)})
			recalled <- err
		}()
		synctest.Wait()
		out, err := a.Do(t.Context(), agents.Task{ID: "work", Input: json.RawMessage(`"work"`)})
		require.NoError(t, err)
		assert.JSONEq(t, `"did work"`, string(out))
		cancel()
		assert.ErrorIs(t, <-recalled, context.Canceled)
		synctest.Wait()
		assert.True(t, a.PID().Alive())
	})
}

// A token names one attempt: a second one under the same is refused, and harms neither the first nor the agent.
func TestATokenInHandIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		a, err := agents.Spawn(sys, agents.Spec{ID: "a", Concurrency: 2}, moody, nil)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		go a.Do(ctx, do("hang"))
		synctest.Wait()
		_, err = a.Do(t.Context(), do("work"))
		var f *agents.Failure
		require.ErrorAs(t, err, &f)
		assert.Equal(t, agents.ClassUndelivered, f.Class)
		cancel()
		synctest.Wait()
		assert.True(t, a.PID().Alive())
	})
}

// A kind that cannot build anything is refused with the spec.
func TestAKindWithoutNewIsRefused(t *testing.T) {
	_, err := agents.Child(agents.Spec{ID: "a"}, agents.Kind{Name: "empty"}, nil)
	assert.EqualError(t, err, `agents: check agent "a": kind "empty" has no New`)
}

func TestDirectoryHoldsTheLivingAndTellsItsWatchersEveryChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		dir, dirChild := agents.NewDirectory(sys, "agents")
		child, err := agents.Child(agents.Spec{ID: "a", Capabilities: agents.Can("x")}, moody, dir)
		require.NoError(t, err)
		_, err = supervision.Start(sys, "node", supervision.Spec{Strategy: supervision.RestForOne, Children: []supervision.Child{dirChild, child}})
		require.NoError(t, err)

		var seen []string
		actors.MustSpawn(sys, "watcher", func() actors.Behavior[agents.Change] { return &watcher{dir: dir, seen: &seen} })
		synctest.Wait()
		first, err := dir.Lookup(t.Context(), "a")
		require.NoError(t, err)
		first.PID.Kill()
		synctest.Wait()
		second, err := dir.Lookup(t.Context(), "a")
		require.NoError(t, err)
		assert.NotEqual(t, first.PID, second.PID)
		assert.Equal(t, []string{"joined a", "left a killed", "joined a"}, seen)
		_, err = dir.Lookup(t.Context(), "nobody")
		assert.ErrorIs(t, err, actors.ErrNoProc)
		assert.ErrorContains(t, err, `agents: look up "nobody"`)
	})
}

type watcher struct {
	dir  *agents.Directory
	seen *[]string
}

func (w *watcher) Init(ctx *actors.Context[agents.Change]) error {
	agents.Watch(ctx, w.dir, func(c agents.Change) agents.Change { return c })
	return nil
}

func (w *watcher) Receive(_ *actors.Context[agents.Change], c agents.Change) error {
	if c.Joined {
		*w.seen = append(*w.seen, "joined "+c.Entry.Spec.ID)
	} else {
		*w.seen = append(*w.seen, "left "+c.Entry.Spec.ID+" "+c.Reason.String())
	}
	return nil
}
