// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/supervision"
)

// window is how often the job looks at how much it gets done.
const window = 30 * time.Millisecond

type (
	jobMessage interface{ job() }
	// settled is the end of a call of one sender.
	settled struct {
		sender int
		chunk  cognitive.Version // of the chunk that it was made with
		began  time.Time
		items  int
	}
	look struct{}
)

func (settled) job() {}
func (look) job()    {}

// job keeps as many calls under way as the parallelism says, of as many items as the chunk says, and reports how well that went.
type job struct {
	with    settings
	service actors.Ref[serviceMessage]
	done    func(at time.Time, items int, with settings) // is told of each window

	senders  []*cognitive.Bound[int64]
	underWay int
	next     int // sender of the next call
	items    int // of this window
	version  cognitive.Version
}

// Init begins with the first calls.
func (j *job) Init(ctx *actors.Context[jobMessage]) error {
	for _, name := range everybody() {
		j.senders = append(j.senders, j.with.chunk.For(cognitive.Agent{Name: name}))
	}
	ctx.Every(window, look{})
	j.fill(ctx)
	return nil
}

// fill makes calls until there are enough.
func (j *job) fill(ctx *actors.Context[jobMessage]) {
	for ; j.underWay < int(j.with.parallelism.Get()); j.underWay++ {
		chunk := j.senders[j.next].Load()
		end := settled{sender: j.next, chunk: chunk.Version, began: ctx.Now()}
		actors.Request(ctx, j.service, -1, func(reply actors.Reply[int]) serviceMessage { return call{int(chunk.Value), reply} },
			func(items int, _ error) jobMessage { end.items = items; return end })
		j.next = (j.next + 1) % len(j.senders)
	}
}

// Receive ends a call or a window.
func (j *job) Receive(ctx *actors.Context[jobMessage], msg jobMessage) error {
	switch m := msg.(type) {
	case settled:
		j.underWay--
		j.items += m.items
		j.report(cognitive.Feedback{Variable: "chunk", Version: m.chunk, Agent: everybody()[m.sender]}, float64(m.items)/ctx.Now().Sub(m.began).Seconds())
	case look:
		j.done(ctx.Now(), j.items, j.with)
		if v := j.with.parallelism.Load().Version; v == j.version { // it was the same for the whole window
			j.report(cognitive.Feedback{Variable: "parallelism", Version: v}, float64(j.items)/window.Seconds())
		} else {
			j.version = v
		}
		j.items = 0
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
	j.fill(ctx)
	return nil
}

// report tells how well it went; where nothing adapts nobody listens.
func (j *job) report(f cognitive.Feedback, rate float64) {
	f.Metrics = []adapt.Metric{{Name: "items per second", Value: rate}}
	_ = j.with.space.Report(f) // the fixed run has no adapter to tell
}

// start runs a space, a service and a job under one supervisor.
func start(ctx context.Context, sys *actors.System, name string, adaptive bool, every time.Duration, done func(time.Time, int, settings)) (*cognitive.Space, error) {
	space, variables, err := cognitive.NewSpace(sys, cognitive.SpaceOptions{Name: name})
	if err != nil {
		return nil, err
	}
	root, err := supervision.Start(sys, name+"-run", supervision.Spec{Strategy: supervision.RestForOne, Children: []supervision.Child{variables}})
	if err != nil {
		return nil, err
	}
	with, err := add(ctx, space, adaptive)
	if err != nil {
		return nil, err
	}
	front := supervision.ChildRef[serviceMessage](root, "service")
	for _, child := range []supervision.Child{
		supervision.Worker("service", func() actors.Behavior[serviceMessage] { return &service{every: every} }),
		supervision.Worker("job", func() actors.Behavior[jobMessage] { return &job{with: with, service: front, done: done} }),
	} {
		if _, err := root.StartChild(ctx, child); err != nil {
			return nil, err
		}
	}
	return space, nil
}
