// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/lifecycle"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// echo answers with its input after a second; "panic" crashes it.
var echo = agents.Native("echo", "Echoes.", func(agents.Spec) (agents.Worker, error) {
	return agents.WorkerFunc(func(ctx context.Context, t agents.Task) (json.RawMessage, error) {
		if string(t.Input) == `"panic"` {
			panic("as told")
		}
		c := agents.Life(ctx)
		if agent, ok := c.(*actors.Context[agents.Message]); ok {
			return t.Input, agent.System().Sleep(ctx, time.Second)
		}
		return t.Input, nil
	}), nil
})

// crew is a world with a directory whose agents are supervised.
type crew struct {
	*world
	dir *agents.Directory
}

func staffed(t *testing.T, o registry.Options, body func(w *crew), specs ...agents.Spec) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &crew{world: &world{tb: t, bus: telemetry.NewBus()}}
		w.sys = actors.New(actors.Options{Events: w.bus, Logger: quiet})
		defer w.sys.Close(background)
		dir, child := agents.NewDirectory(w.sys, "agents")
		w.dir = dir
		children := []supervision.Child{child, dir.Sweep("sweep", agents.Sweep{})}
		o.Source = registry.FromDirectory(dir, "here")
		reg, regChild, err := registry.New(w.sys, o)
		require.NoError(t, err)
		w.reg = reg
		children = append(children, regChild)
		for _, s := range specs {
			c, err := agents.Child(s, echo, dir)
			require.NoError(t, err)
			children = append(children, c)
		}
		_, err = supervision.Start(w.sys, "node", supervision.Spec{Intensity: patient, Children: children})
		require.NoError(t, err)
		synctest.Wait()
		body(w)
	})
}

func (w *crew) give(name, input string) {
	w.Helper()
	info, ok := w.dir.Info(name)
	require.True(w, ok)
	info.Ref.Tell(agents.Assign{Task: agents.Task{ID: "t", Token: agents.Token(time.Now().UnixNano()), Input: json.RawMessage(`"` + input + `"`)}})
}

func TestAgentsOfADirectoryAreThereAndFollowTheFacts(t *testing.T) {
	staffed(t, registry.Options{}, func(w *crew) {
		assert.Equal(t, []string{"a", "b"}, w.ids(`node = "here" and state = ready and kind = "echo"`))
		assert.Equal(t, []string{"a"}, w.ids(`capability = "x"`))
		time.Sleep(2 * time.Second)
		assert.Equal(t, []string{"a", "b"}, w.ids(`health = healthy`))
		w.give("a", "work")
		time.Sleep(3 * time.Second)
		assert.Equal(t, []string{"a", "b"}, w.ids(`state in (ready, busy) order by p99`))
		assert.Equal(t, []string{"a"}, w.ids(`p99 > 900ms and success_rate = 100%`))

		before := w.lookup("a")
		w.give("a", "panic")
		synctest.Wait()
		after := w.lookup("a")
		assert.Equal(t, uint64(2), after.Incarnation)
		assert.Equal(t, lifecycle.Ready, after.State)
		assert.Equal(t, before.RegisteredAt, after.RegisteredAt)
		assert.Equal(t, uint64(1), after.Performance.Done, "history is kept")
		assert.Equal(t, uint64(1), after.Performance.Failed)
		assert.Greater(t, after.Version, before.Version)
	}, agents.Spec{ID: "a", Capabilities: agents.Can("x")}, agents.Spec{ID: "b"})
}

func TestAnAgentThatEndsIsShownUntilItIsForgotten(t *testing.T) {
	staffed(t, registry.Options{}, func(w *crew) {
		info, _ := w.dir.Info("a")
		info.Ref.Tell(agents.Drain{Reason: "enough"})
		synctest.Wait()
		assert.Equal(t, []string{"a"}, w.ids(`state = stopped and health = dead`))
		time.Sleep(11 * time.Minute)
		assert.False(t, w.known("a"))
	}, agents.Spec{ID: "a", Restart: supervision.Temporary})
}

func TestWhatTheSourceKnowsNobodyElseSays(t *testing.T) {
	staffed(t, registry.Options{}, func(w *crew) {
		_, err := w.reg.Update(background, id("a"), 0, registry.Patch{Health: index.Known(index.Health{Status: query.Healthy})})
		require.ErrorIs(t, err, registry.ErrInvalidRow)
		_, err = w.reg.Update(background, id("a"), 0, registry.Patch{Event: index.Known(lifecycle.Pause)})
		require.ErrorIs(t, err, lifecycle.ErrTransition)
		require.ErrorIs(t, w.reg.Unregister(background, id("a")), lifecycle.ErrTransition)
		_, err = w.reg.Register(background, agent("a", w.start().PID()))
		require.ErrorIs(t, err, registry.ErrDuplicate)

		_, err = w.reg.Update(background, id("a"), 0, registry.Patch{Labels: index.Known([]index.Label{{Name: "zone", Value: "x"}})})
		require.NoError(t, err)
		time.Sleep(3 * time.Second)
		assert.Equal(t, []string{"a"}, w.ids(`label.zone = "x" and health = healthy`), "what it declares can be changed")
		w.give("a", "panic")
		synctest.Wait()
		assert.Empty(t, w.ids(`label.zone = "x"`), "until it declares it anew")
	}, agents.Spec{ID: "a"})
}

func TestARegistryThatLostEverythingIsRebuiltFromTheSource(t *testing.T) {
	staffed(t, registry.Options{Intensity: patient}, func(w *crew) {
		for _, kill := range [][]actors.PID{{w.owner()}, {w.holder(), w.owner()}} {
			for _, p := range kill {
				p.Kill()
			}
			w.give("b", "panic")
			synctest.Wait()
			assert.Equal(t, []string{"a", "b"}, w.ids(`state = ready`))
			info, _ := w.dir.Info("b")
			assert.Equal(t, info.Incarnation, w.lookup("b").Incarnation)
		}
	}, agents.Spec{ID: "a"}, agents.Spec{ID: "b"})
}
