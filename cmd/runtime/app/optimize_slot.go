// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec"
	"mabeam.dev/cognitive/optimize"
	"mabeam.dev/config"
)

// slot runs one trial at a time with a program of its own. A program that ends is started again for the next trial: which trial is to blame is known, and decides nothing
// about the others.
type slot struct {
	id     int
	sys    *actors.System
	spec   agents.Spec
	limit  time.Duration
	agent  agents.Agent
	up     bool
	stop   sync.Mutex // guards token, which recall reads
	token  agents.Token
	reason optimize.Cause
}

func newSlot(id int, sys *actors.System, cfg config.Optimization) (*slot, error) {
	p := cfg.Objective
	env := map[string]string{}
	for name, text := range p.Env {
		env[name] = text.Reveal()
	}
	settings, err := json.Marshal(exec.Settings{Command: p.Command, Dir: p.Dir.Reveal(), Env: env, PassEnv: p.PassEnv, HelloTimeout: p.Hello, CancelGrace: optimizeGrace})
	if err != nil {
		return nil, err
	}
	spec := agents.Spec{ID: "objective-" + strconv.Itoa(id), Settings: settings, StartTimeout: p.Hello + optimizeGrace}
	return &slot{id: id, sys: sys, spec: spec, limit: p.Timeout}, nil
}

// optimizeGrace is how long a program has to let go of a trial.
const optimizeGrace = 2 * time.Second

// trialInput is what a program gets of a trial.
type trialInput struct {
	Trial    optimize.TrialID `json:"trial"`
	Values   map[string]any   `json:"values"`
	Resource float64          `json:"resource,omitempty"`
	From     optimize.TrialID `json:"from,omitempty"`
}

// startError is a program that does not start: no trial is to blame, and no other one would fare better.
type startError struct{ err error }

func (e *startError) Error() string { return fmt.Sprintf("optimize: start the objective: %v", e.err) }

func (e *startError) Unwrap() error { return e.err }

// measure runs a trial and returns the program's answer, or a *optimize.TrialError, a *startError, or the cause of ctx.
func (s *slot) measure(ctx context.Context, space *optimize.Space, t optimize.Trial) (json.RawMessage, error) {
	input, err := json.Marshal(trialInput{t.ID, space.Settings(t.Point), t.Resource, t.From})
	if err != nil {
		return nil, err
	}
	if !s.up || !s.agent.PID().Alive() {
		if s.agent, err = agents.Spawn(s.sys, s.spec, exec.Kind(), nil); err != nil {
			return nil, &startError{err}
		}
		s.up = true
	}
	s.begin(agents.Token(t.ID))
	late := time.AfterFunc(s.limit, func() { s.recall(t.ID, optimize.Hung) })
	id := "trial-" + strconv.FormatUint(uint64(t.ID), 10)
	out, err := s.agent.Do(ctx, agents.Task{ID: id, Kind: "trial", Input: input, Attempt: 1, Token: agents.Token(t.ID)})
	late.Stop()
	why := s.end()
	if err == nil {
		return out, nil // though it may have been about to be taken back
	}
	var failure *agents.Failure
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case why != "":
		s.ready(err)
		return nil, &optimize.TrialError{Trial: t.ID, Cause: why, Err: err}
	case errors.As(err, &failure):
		return nil, &optimize.TrialError{Trial: t.ID, Cause: optimize.Refused, Err: err}
	}
	s.ready(err)
	return nil, &optimize.TrialError{Trial: t.ID, Cause: optimize.Crashed, Err: err}
}

// ready waits until an agent that has crashed is gone, so that its name is free.
func (s *slot) ready(err error) {
	var failure *agents.Failure
	if err == nil || errors.As(err, &failure) {
		return // the program has let go of the trial
	}
	s.agent.PID().Kill()
	_, _ = s.agent.PID().Await(context.Background()) // a killed process ends
	s.up = false
}

func (s *slot) begin(token agents.Token) {
	s.stop.Lock()
	defer s.stop.Unlock()
	s.token, s.reason = token, ""
}

func (s *slot) end() optimize.Cause {
	s.stop.Lock()
	defer s.stop.Unlock()
	s.token = 0
	return s.reason
}

// recall takes the trial back if the slot still has it. The first cause counts.
func (s *slot) recall(id optimize.TrialID, why optimize.Cause) {
	s.stop.Lock()
	defer s.stop.Unlock()
	if s.token == agents.Token(id) && s.reason == "" {
		s.reason = why
		s.agent.Ref().Tell(agents.Recall{Token: s.token, Reason: string(why)})
	}
}
