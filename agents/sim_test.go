// SPDX-License-Identifier: Apache-2.0

package agents_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/lifecycle"
	"mabeam.dev/agents/query"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/testkit/sim"
)

// erratic sleeps, answers, fails, panics or hangs, as its own dice say.
func erratic(s *sim.Sim) agents.Kind {
	return agents.Native("erratic", "Does what its dice say.", func(spec agents.Spec) (agents.Worker, error) {
		dice := s.Rand(spec.ID)
		return agents.WorkerFunc(func(ctx context.Context, t agents.Task) (json.RawMessage, error) {
			switch dice.IntN(6) {
			case 0:
				panic("as the dice said")
			case 1:
				return nil, agents.Permanent("dice", "as the dice said")
			case 2:
				return nil, s.System().Sleep(ctx, time.Hour) // until it is recalled or drained
			}
			return t.Input, s.System().Sleep(ctx, time.Duration(dice.IntN(2000))*time.Millisecond)
		}), nil
	})
}

// Agents crash, hang, drain, pause and are killed in any order. Every step of their lives is in the table and follows the one before;
// versions never go back; in the end the directory and the living processes agree.
func TestInAnyOrderOfTurnsLivesStayInTheTable(t *testing.T) {
	legal := map[lifecycle.State]map[lifecycle.Event]bool{}
	for _, r := range lifecycle.Rules() {
		for _, s := range r.From {
			if legal[s] == nil {
				legal[s] = map[lifecycle.Event]bool{}
			}
			legal[s][r.Event] = true
		}
	}
	seen := map[lifecycle.State]bool{}
	sim.Explore(t, 150, func(s *sim.Sim) {
		bus := telemetry.NewBus()
		sys := s.NewSystem(actors.Options{Events: bus})
		lives := map[string]agents.AgentMoved{}
		telemetry.Subscribe(bus, "lives", func(e agents.AgentMoved) {
			require.True(s, legal[e.From][e.Event], "%v", e)
			last := lives[e.Agent]
			if !lifecycle.TakesWork(e.From) || !lifecycle.TakesWork(last.To) { // going to work is not told
				require.Equal(s, last.To, e.From, "%v after %v", e, last)
			}
			require.Greater(s, e.Version, last.Version)
			lives[e.Agent] = e
			seen[e.From], seen[e.To] = true, true
		})
		dir, directory := agents.NewDirectory(sys, "agents")
		crew := supervision.Spec{Intensity: supervision.Intensity{Max: 1000, Within: time.Second}}
		for i, restart := range []supervision.Restart{supervision.Permanent, supervision.Transient, supervision.Temporary} {
			c, err := agents.Child(agents.Spec{ID: fmt.Sprint("a", i), Restart: restart, Concurrency: 2}, erratic(s), dir)
			require.NoError(s, err)
			crew.Children = append(crew.Children, c)
		}
		_, err := supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{
			directory, dir.Sweep("sweep", agents.Sweep{}), supervision.Sub("crew", crew),
		}})
		require.NoError(s, err)
		dice := s.Rand("orders")
		for n := range 40 {
			info, ok := dir.Info(fmt.Sprint("a", dice.IntN(3)))
			require.True(s, ok)
			switch dice.IntN(8) {
			case 0:
				info.Ref.Tell(agents.Drain{Within: 3 * time.Second})
			case 1:
				info.Ref.Tell(agents.Maintain{On: dice.IntN(2) == 0})
			case 2:
				info.PID.Kill()
			case 3:
				info.Ref.Tell(agents.Report{Beating: true})
			case 4:
				info.Ref.Tell(agents.Recall{Token: agents.Token(dice.IntN(n + 1))})
			default:
				info.Ref.Tell(agents.Assign{Task: agents.Task{ID: "t", Token: agents.Token(n + 1), Input: json.RawMessage("1")}})
			}
			s.Advance(time.Duration(dice.IntN(1500)) * time.Millisecond)
		}
		s.Advance(time.Minute)
		for info := range dir.Infos() {
			require.Equal(s, lifecycle.Alive(info.State), info.PID.Alive(), "%v", info.State)
			if !lifecycle.TakesWork(info.State) {
				require.Equal(s, lives[info.Spec.ID].To, info.State)
			}
			require.Equal(s, lifecycle.Alive(info.State), info.Health.Status != query.Dead)
			require.NotEqual(s, query.Unknown, info.Health.Status)
		}
	})
	require.Len(t, seen, 9, "every state but Lost was come by: %v", seen)
}
