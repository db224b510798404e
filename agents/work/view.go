// SPDX-License-Identifier: Apache-2.0

package work

import (
	"context"

	"mabeam.dev/actors"
	"mabeam.dev/agents/work/plan"
)

// Stats are the numbers of a queue at one moment.
type Stats struct {
	plan.Counts
	// Version is the number of events in the queue's history, those included that are not durable yet.
	Version uint64
	// Durable is the number of events that are.
	Durable uint64
	// Parked is the number of offered tasks that wait for room.
	Parked int
	// NoAgent is the number of accepted tasks that no agent can take, busy or not: nobody offers what they need, or all who do are out.
	NoAgent  int
	Draining bool
	Sinks    []SinkStats
	Sources  []SourceStats
}

// SinkStats are the numbers of one sink.
type SinkStats struct {
	Name string
	// Written is the version up to which the sink has every outcome.
	Written uint64
	// Behind tells that outcomes wait for it.
	Behind bool
}

// SourceStats are the numbers of one source.
type SourceStats struct {
	Name string
	// Offered counts tasks accepted or merged, Bad lines and tasks that were refused, both since the node started.
	Offered, Bad uint64
	// Ended tells that the source has no more tasks.
	Ended bool
}

// View is what the queue is doing, for people and tools.
type View struct {
	Stats
	// Agents are the living agents by id, with the attempts they hold.
	Agents []plan.Worker
	// Blocked tells for each capability why its accepted tasks are not running.
	Blocked []plan.Block
}

// Stats returns the numbers.
func (q *Queue) Stats(ctx context.Context) (Stats, error) {
	return ask(ctx, q, (*queue).stats)
}

// View returns the numbers, the agents, and the reasons why tasks wait.
func (q *Queue) View(ctx context.Context) (View, error) { return ask(ctx, q, (*queue).view) }

// Lookup returns what is known of a task, or plan.ErrUnknown.
func (q *Queue) Lookup(ctx context.Context, id string) (plan.View, error) {
	v, err := ask(ctx, q, func(a *queue) plan.View {
		v, _ := a.plan.Lookup(id)
		return v
	})
	if err == nil && v.State == plan.StateUnknown {
		err = &TaskError{Operation: "look up", ID: id, Err: plan.ErrUnknown}
	}
	return v, err
}

// DeadLetters returns the dead tasks, the oldest death first.
func (q *Queue) DeadLetters(ctx context.Context) ([]plan.View, error) {
	return ask(ctx, q, func(a *queue) []plan.View { return a.plan.DeadLetters() })
}

// ask runs a function in the queue's turn.
func ask[R any](ctx context.Context, q *Queue, see func(*queue) R) (R, error) {
	return actors.Call(ctx, q.ref, func(r actors.Reply[R]) Message {
		return look{func(a *queue) { r.Send(see(a)) }}
	})
}

func (a *queue) stats() Stats {
	s := Stats{
		Counts: a.plan.Counts(), Version: a.plan.Version(), Durable: a.durable, NoAgent: a.plan.NoAgent(), Draining: a.handle.draining.Load(),
		Sinks: make([]SinkStats, 0, len(a.outlets)), Sources: make([]SourceStats, 0, len(a.handle.sources)),
	}
	for _, p := range a.parked {
		s.Parked += len(p.offers) - p.next
	}
	for _, o := range a.outlets {
		s.Sinks = append(s.Sinks, SinkStats{Name: o.sink.name, Written: o.acked, Behind: o.behind()})
	}
	for _, src := range a.handle.sources {
		s.Sources = append(s.Sources, src.stats())
	}
	return s
}

func (a *queue) view() View {
	return View{Stats: a.stats(), Agents: a.plan.Workers(), Blocked: a.plan.Blocked()}
}

// Inspect shows the view.
func (a *queue) Inspect() any { return a.view() }
