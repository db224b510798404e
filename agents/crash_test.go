// SPDX-License-Identifier: Apache-2.0

package agents_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
	"mabeam.dev/agents"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/collect"
)

// fragile breaks, in one of many ways, in its own Receive; as a native agent it breaks in the task.
type fragile struct{ how string }

var errFragile = fault.New(2104, "store: no space")

func (f *fragile) Init(*actors.Context[agents.Message]) error {
	switch f.how {
	case "panics in Init":
		panic("early")
	case "fails in Init":
		return errFragile
	}
	return nil
}

func (f *fragile) Receive(_ *actors.Context[agents.Message], m agents.Message) error {
	a, ok := m.(agents.Assign)
	switch {
	case f.how == "panics over a task" && ok:
		panic("odd " + a.Task.ID)
	case f.how == "panics with an error" && ok:
		panic(errFragile)
	case f.how == "fails over a task" && ok:
		return errFragile
	case f.how == "panics later" && !ok:
		panic("late")
	case ok:
		a.Reply.Send(agents.Outcome{})
	default:
		return errors.New("odd")
	}
	return nil
}

// Whatever way an agent crashes in, and whether or not the error behind it knows anything.
//
// Holds: ERR-3
func TestEveryReportOfAnAgentsCrashNamesAgentMessageAndCauses(t *testing.T) {
	task := agents.Task{ID: "t-1", Correlation: "c-1", Input: json.RawMessage("1")}
	worker := agents.Native("worker", "Panics.", func(agents.Spec) (agents.Worker, error) {
		return agents.WorkerFunc(func(context.Context, agents.Task) (json.RawMessage, error) { panic("in the task") }), nil
	})
	own := func(how string) agents.Kind {
		return agents.Kind{Name: "fragile", Doc: "Breaks.", New: func(agents.Spec, *agents.Directory) (actors.Behavior[agents.Message], error) {
			return &fragile{how}, nil
		}}
	}
	type want struct {
		message, task string
		chain         []fault.Code
	}
	for how, c := range map[string]struct {
		kind agents.Kind
		want want
	}{
		"panics over a task":   {own("panics over a task"), want{"agents.Assign", "t-1", []fault.Code{3101, 3102}}},
		"panics with an error": {own("panics with an error"), want{"agents.Assign", "t-1", []fault.Code{3101, 3102, 2104}}},
		"fails over a task":    {own("fails over a task"), want{"agents.Assign", "t-1", []fault.Code{3101, 2104}}},
		"panics later":         {own("panics later"), want{"agents.Describe", "", []fault.Code{3101, 3102}}},
		"fails in Init":        {own("fails in Init"), want{"Init", "", []fault.Code{3101, 2104}}},
		"panics in Init":       {own("panics in Init"), want{"Init", "", []fault.Code{3101, 3102}}},
		"panics in the task":   {worker, want{"Go", "t-1", []fault.Code{3101, 3102, 3202}}},
	} {
		synctest.Test(t, func(t *testing.T) {
			sys := actors.New(actors.Options{Events: telemetry.NewBus()})
			defer sys.Close(context.Background())
			reports := collect.ReportCrashes(sys, collect.CrashOptions{})
			defer reports.Close()
			a, err := agents.Spawn(sys, agents.Spec{ID: "a-1"}, c.kind, nil)
			if err == nil {
				_, err = a.Do(t.Context(), task)
				if how == "panics later" {
					require.NoError(t, err, how)
					_, err = actors.Call(t.Context(), a.Ref(), func(r actors.Reply[agents.Activity]) agents.Message { return agents.Describe{Reply: r} })
				}
			}
			require.Error(t, err, how)
			synctest.Wait()
			all := reports.Recent()
			require.Len(t, all, 1, how)
			f := all[0].Fault
			assert.Equal(t, "a-1", f.Agent, how)
			assert.Equal(t, c.want, want{all[0].Message, f.Task, f.Chain}, how)
			if c.want.task != "" {
				assert.Equal(t, "c-1", f.Correlation, how)
			}
		})
	}
}
