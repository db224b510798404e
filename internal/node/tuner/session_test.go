// SPDX-License-Identifier: Apache-2.0

package tuner

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/protocols"
	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/protocols/tune"
	"mabeam.dev/supervision"
)

// lab is who measures, by name.
type lab struct{ sys *actors.System }

func (l lab) Member(id string) (protocols.Member, bool) {
	ref, err := actors.RefOf[protocols.Invitation](l.sys.WhereIs(id))
	return protocols.Member{ID: id, Process: ref}, err == nil
}

func (l lab) Match(string) ([]string, error) { return nil, nil }

// measuring answers each trial as a function says; an empty answer is none.
func measuring(do func(trial tune.Trial) machine.Answer) func() actors.Behavior[protocols.Invitation] {
	return actors.Stateless(func(_ *actors.Context[protocols.Invitation], in protocols.Invitation) error {
		if in.Role != machine.RoleTrial {
			return nil
		}
		var trial tune.Trial
		if err := json.Unmarshal(in.Input, &trial); err != nil {
			return err
		}
		if a := do(trial); a.Output != nil || a.Error != "" {
			in.Answer(a)
		}
		return nil
	})
}

// Agents that crash, hang or answer nonsense cost their trials and no more: the search ends with its means, at the best point, and says of each trial what
// became of it.
func TestASearchStandsAgentsThatCrashHangOrLie(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := actors.New(actors.Options{})
		defer sys.Close(context.Background())
		honest := func(trial tune.Trial) machine.Answer {
			text, _ := json.Marshal(tune.Measurement{Value: measure(t, trial), Cost: 1})
			return machine.Answer{Output: text}
		}
		lies := 0
		for name, do := range map[string]func(tune.Trial) machine.Answer{
			"ann": honest, "bob": honest,
			"crash": func(tune.Trial) machine.Answer { panic("as told") },
			"error": func(tune.Trial) machine.Answer { return machine.Answer{Error: "out of memory"} },
			"hang":  func(tune.Trial) machine.Answer { return machine.Answer{} },
			"liar": func(tune.Trial) machine.Answer {
				lies++
				return machine.Answer{Output: []byte([]string{`{"value": 1e300}`, `"NaN"`, `{"value": -1, "cost": -5}`}[lies%3])}
			},
		} {
			actors.MustSpawn(sys, name, measuring(do))
		}
		e, err := protocols.NewEngine(protocols.EngineOptions{Name: "coordination", Roster: lab{sys}})
		require.NoError(t, err)
		require.NoError(t, e.Register(protocols.Tuning(Searches())))
		_, err = supervision.Start(sys, "node", supervision.Spec{Children: []supervision.Child{e.Child()}})
		require.NoError(t, err)
		r, err := e.Coordinate(t.Context(), protocols.Spec{
			Question: "where is it lowest?", Participants: []string{"ann", "bob", "crash", "error", "hang", "liar"}, Protocol: selector.Optimization, Seed: 1,
			Deadline: time.Hour, Params: json.RawMessage(`{"search": "optimize", "settings": {"limit": 900, "space": [{"name": "x", "kind": "float", "min": -5, "max": 5}, {"name": "n", "kind": "integer", "min": 1, "max": 9}]}, "within": 1000000000, "cost": 100}`),
		})
		require.NoError(t, err)
		var best struct{ X, N float64 }
		require.NoError(t, json.Unmarshal([]byte(r.Decision), &best))
		assert.InDelta(t, 2, best.X, 0.1)
		assert.Equal(t, 3.0, best.N)

		var all []tune.Entry
		require.NoError(t, json.Unmarshal(r.Detail, &all))
		why, cost := map[string]int{}, 0.0
		for _, one := range all {
			cost += one.Measurement.Cost
			switch one.Standing {
			case tune.Failed:
				require.NotEmpty(t, one.Measurement.Failed)
				why[one.Measurement.Failed]++
			case tune.Measured:
				assert.Contains(t, []string{"ann", "bob"}, one.Agent, "nobody else has a value")
			case tune.Lost, tune.Running:
			}
			if one.First != "" {
				assert.Contains(t, []string{"crash", "hang"}, one.First)
			}
		}
		assert.LessOrEqual(t, cost, 100.0+2, "what was begun is still measured")
		for _, text := range []string{"out of memory", "a number is too large", "the answer is no measurement", "noise, cost or resource is below 0"} {
			assert.Positive(t, why[text], "%s: %v", text, why)
		}
	})
}
