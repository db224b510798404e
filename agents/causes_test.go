// SPDX-License-Identifier: Apache-2.0

package agents_test

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
	"mabeam.dev/agents/health"
	"mabeam.dev/agents/query"
)

// sluggish is a kind whose turn over a task lasts as long as the task's input says.
type sluggish struct{}

func (sluggish) Receive(ctx *actors.Context[agents.Message], m agents.Message) error {
	if a, ok := m.(agents.Assign); ok {
		var d time.Duration
		if err := json.Unmarshal(a.Task.Input, &d); err != nil {
			return err
		}
		if err := ctx.System().Sleep(ctx, d); err != nil {
			return err
		}
		a.Reply.Send(agents.Outcome{})
	}
	return nil
}

// Each agent is brought into one trouble by what it does, and by nothing that is claimed of it but what it reports itself.
//
// Holds: META-9
func TestEveryCauseOfBadHealthIsSeenInALivingAgentAndCarriedByItsRow(t *testing.T) {
	live(t, func(w *world) {
		kind := agents.Kind{Name: "sluggish", New: func(agents.Spec, *agents.Directory) (actors.Behavior[agents.Message], error) { return sluggish{}, nil }}
		busy := func(id string, turn time.Duration, waiting int) {
			a, err := agents.Spawn(w.sys, agents.Spec{ID: id}, kind, w.dir)
			require.NoError(t, err)
			text, err := json.Marshal(turn)
			require.NoError(t, err)
			a.Ref().Tell(agents.Assign{Task: agents.Task{ID: "long", Token: 1, Input: text}})
			for range waiting {
				a.Ref().Tell(agents.Recall{})
			}
		}
		causes := func(id string) (out map[string]query.Status) {
			out = map[string]query.Status{}
			for _, c := range w.info(id).Row("n").Health.Causes {
				out[c.Name] = c.Status
			}
			return out
		}
		busy("queue", 4*time.Second, 1001)
		busy("stuck", 8*time.Second, 1)
		slow := agents.Native("slow", "Takes half a second.", func(agents.Spec) (agents.Worker, error) {
			return agents.WorkerFunc(func(context.Context, agents.Task) (json.RawMessage, error) {
				time.Sleep(time.Second / 2)
				return nil, nil
			}), nil
		})
		_, err := agents.Spawn(w.sys, agents.Spec{ID: "latency", Health: health.Policy{Target: 100 * time.Millisecond}}, slow, w.dir)
		require.NoError(t, err)
		w.assign("latency", "", 1)
		for token := range 20 {
			w.assign("errors", "fail", agents.Token(token+1))
		}
		w.info("heartbeat").Ref.Tell(agents.Report{Beating: true})
		w.info("resource").Ref.Tell(agents.Report{Memory: 95})
		w.info("custom").Ref.Tell(agents.Report{Checks: []health.Check{{Name: "disk", Status: query.Degraded}}})
		seen := map[string]query.Status{}
		for range 7 {
			time.Sleep(time.Second)
			synctest.Wait()
			for _, id := range []string{"queue", "stuck", "latency", "errors", "heartbeat", "resource", "custom"} {
				for name, status := range causes(id) {
					seen[id+" "+name] = max(seen[id+" "+name], status)
				}
			}
		}
		assert.Equal(t, map[string]query.Status{
			"queue queue": query.Overloaded, "stuck stuck": query.Degraded, "errors errors": query.Unhealthy, "resource resource": query.Unhealthy,
			"heartbeat heartbeat": query.Unhealthy, "custom custom:disk": query.Degraded, "latency latency": query.Unhealthy,
		}, seen)
	},
		agents.Spec{ID: "errors"}, agents.Spec{ID: "heartbeat"}, agents.Spec{ID: "resource", Limits: agents.Limits{Memory: 100}}, agents.Spec{ID: "custom"},
	)
}
