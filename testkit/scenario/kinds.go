// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"mabeam.dev/agents"
	"mabeam.dev/config"
)

// Scripted is what an agent of kind scripted answers: the settings of the kind.
type Scripted struct {
	Answers []Answer `yaml:"answers" doc:"What is answered, one after another; the last stands for all that follow. Without any the input comes back."`
}

// Answer is one answer of a scripted agent.
type Answer struct {
	After  time.Duration `yaml:"after" default:"0s" doc:"How long the work takes, in virtual time."`
	Output string        `yaml:"output" doc:"The result, as JSON; empty gives the input back."`
	Error  string        `yaml:"error" doc:"A failure that another attempt may mend."`
	Fatal  string        `yaml:"fatal" doc:"A failure that no attempt mends."`
	Panic  string        `yaml:"panic" doc:"The agent crashes with this text."`
	Hang   bool          `yaml:"hang" default:"false" doc:"The work does not end until it is recalled or the agent stops."`
}

// answerKeys lists the keys of an answer and what they mean.
func answerKeys() [][2]string {
	var out [][2]string
	t := reflect.TypeFor[Answer]()
	for i := range t.NumField() {
		out = append(out, [2]string{t.Field(i).Tag.Get("yaml"), t.Field(i).Tag.Get("doc")})
	}
	return out
}

// builtin returns the kinds of agents that a scenario may name, besides those that it is given.
func (e *engine) builtin() agents.Kinds {
	echo := agents.Native("echo", "Answers each task with its input.", func(agents.Spec) (agents.Worker, error) {
		return agents.WorkerFunc(func(_ context.Context, t agents.Task) (json.RawMessage, error) { return t.Input, nil }), nil
	})
	scripted := agents.Native("scripted", "Answers as its settings say, in virtual time.", func(s agents.Spec) (agents.Worker, error) {
		var script Scripted
		if len(s.Settings) > 0 {
			if err := json.Unmarshal(s.Settings, &script); err != nil {
				return nil, err
			}
		}
		return &actor{engine: e, answers: script.Answers, next: e.answered(s.ID)}, nil
	})
	scripted.Settings = Scripted{}
	return agents.Kinds{"echo": echo, "scripted": scripted}
}

// answered returns the counter of the answers that an agent has given, over all its incarnations.
func (e *engine) answered(id string) *int {
	if e.given[id] == nil {
		e.given[id] = new(int)
	}
	return e.given[id]
}

// actor is a scripted agent at work.
type actor struct {
	engine  *engine
	answers []Answer
	next    *int
}

// Do gives the next answer.
func (a *actor) Do(ctx context.Context, t agents.Task) (json.RawMessage, error) {
	if len(a.answers) == 0 {
		return t.Input, nil
	}
	answer := a.answers[min(*a.next, len(a.answers)-1)]
	*a.next++
	d := answer.After
	if answer.Hang {
		d = -1
	}
	if answer.Hang || d > 0 {
		if err := a.engine.node.System().Sleep(ctx, d); err != nil {
			return nil, err
		}
	}
	switch {
	case answer.Panic != "":
		panic(errors.New(answer.Panic))
	case answer.Fatal != "":
		return nil, agents.Permanent("scripted", answer.Fatal)
	case answer.Error != "":
		return nil, errors.New(answer.Error)
	case answer.Output != "":
		return json.RawMessage(answer.Output), nil
	}
	return t.Input, nil
}

// infos tells the config what kinds there are.
func (e *engine) infos() map[string]config.KindInfo {
	out := map[string]config.KindInfo{}
	for name, k := range e.kinds {
		if name == config.KindExec {
			continue
		}
		info := config.KindInfo{Doc: k.Doc}
		if k.Settings != nil {
			info.Settings = reflect.TypeOf(k.Settings)
		}
		out[name] = info
	}
	return out
}

// simulable refuses what virtual time cannot have.
func simulable(children []config.Child) error {
	for _, c := range children {
		if c.Kind == config.KindExec {
			return fmt.Errorf("agent %q is a program, which does not live in virtual time: kind scripted answers from the file", c.ID)
		}
		if err := simulable(c.Children); err != nil {
			return err
		}
	}
	return nil
}
