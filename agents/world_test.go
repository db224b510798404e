// SPDX-License-Identifier: Apache-2.0

package agents_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/lifecycle"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// world is a system with a directory, its sweep and some agents of kind moody, restarted as often as they like.
type world struct {
	*testing.T
	sys   *actors.System
	dir   *agents.Directory
	moved []agents.AgentMoved
	sick  []agents.AgentHealthChanged
}

// live runs a body in a bubble.
func live(t *testing.T, body func(w *world), specs ...agents.Spec) {
	synctest.Test(t, func(t *testing.T) {
		bus := telemetry.NewBus()
		w := &world{T: t, sys: actors.New(actors.Options{Events: bus})}
		defer telemetry.Subscribe(bus, "moved", func(e agents.AgentMoved) { w.moved = append(w.moved, e) })()
		defer telemetry.Subscribe(bus, "sick", func(e agents.AgentHealthChanged) { w.sick = append(w.sick, e) })()
		defer w.sys.Close(context.Background())
		dir, child := agents.NewDirectory(w.sys, "agents")
		w.dir = dir
		children := []supervision.Child{child, dir.Sweep("sweep", agents.Sweep{})}
		crew := supervision.Spec{Intensity: supervision.Intensity{Max: 1000, Within: time.Second}}
		for _, s := range specs {
			c, err := agents.Child(s, moody, dir)
			require.NoError(t, err)
			crew.Children = append(crew.Children, c)
		}
		children = append(children, supervision.Sub("crew", crew))
		_, err := supervision.Start(w.sys, "node", supervision.Spec{Strategy: supervision.RestForOne, Children: children})
		require.NoError(t, err)
		synctest.Wait()
		body(w)
	})
}

func (w *world) info(id string) agents.Info {
	w.Helper()
	info, ok := w.dir.Info(id)
	require.True(w, ok)
	return info
}

// assign gives a task and does not wait for it.
func (w *world) assign(id, mood string, token agents.Token) {
	w.info(id).Ref.Tell(agents.Assign{Task: agents.Task{ID: mood, Token: token, Input: json.RawMessage(`"` + mood + `"`)}})
	synctest.Wait()
}

// ask sends an order and returns the answer.
func (w *world) ask(id string, build func(actors.Reply[lifecycle.State]) agents.Message) (lifecycle.State, error) {
	w.Helper()
	s, err := actors.Call(w.Context(), w.info(id).Ref, build)
	synctest.Wait()
	return s, err
}

// steps returns the life so far in words.
func (w *world) steps() (out []string) {
	for _, e := range w.moved {
		out = append(out, fmt.Sprintf("%s %s", e.Event, e.To))
	}
	return out
}
