// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
)

// What both runs begin with, and the fixed one keeps.
const (
	parallelism = 8
	chunk       = 16
)

// settings are the job's two variables. A job reads them before each call.
type settings struct {
	space       *cognitive.Space
	parallelism *cognitive.Variable[int64]
	chunk       *cognitive.Variable[int64]
}

// senders are the agents that a candidate for the chunk is tried by.
type senders []string

// Members returns their names.
func (s senders) Members() []string { return s }

func everybody() (all senders) {
	for i := range 8 {
		all = append(all, fmt.Sprint("sender-", i+1))
	}
	return all
}

// add makes the variables; adaptive says whether they adapt.
func add(ctx context.Context, space *cognitive.Space, adaptive bool) (s settings, err error) {
	s.space = space
	if s.parallelism, err = space.AddInteger(ctx, "parallelism", kind.Integer{Min: 1, Max: 32, Step: 1, Scale: kind.Log}, cognitive.Initial[int64](parallelism)); err != nil {
		return s, err
	}
	if s.chunk, err = space.AddInteger(ctx, "chunk", kind.Integer{Min: 1, Max: 128, Step: 1, Scale: kind.Log}, cognitive.Initial[int64](chunk)); err != nil {
		return s, err
	}
	if !adaptive {
		return s, nil
	}
	how := adapt.Spec{
		LearningRate: 0.2, Exploration: 0.5, MaxStep: 0.4, MinStep: 0.05, Warm: 20, Settle: 4, Trial: 40, Watch: 30, Alpha: 0.2,
		Rest: 200 * time.Millisecond, MaxRest: time.Second, Patience: 2 * time.Second,
	}
	how.Objective = adapt.Performance(adapt.Weight{Metric: "items per second", Weight: 1})
	const think = 25 * time.Millisecond
	if err := space.Adapt(ctx, cognitive.Adaptation{Variable: "parallelism", Spec: how, Every: think}); err != nil {
		return s, err
	}
	return s, space.Adapt(ctx, cognitive.Adaptation{Variable: "chunk", Spec: how, Every: think, Agents: everybody(), Share: 0.25})
}
