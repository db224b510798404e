// SPDX-License-Identifier: Apache-2.0

package work

import (
	"errors"
	"fmt"

	"mabeam.dev/agents"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
)

// Bounds that keep every event of the queue within what the journal takes (events.MaxData). What is left is for names and for the
// history of attempts.
const (
	// MaxInput is the largest input of a task in bytes, whatever plan.Spec.InputLimit says.
	MaxInput = events.MaxData - 32<<10
	// MaxOutput is the largest output of a task in bytes; a larger one makes the attempt a permanent failure.
	MaxOutput = events.MaxData - 384<<10
	// maxReason is the longest text kept of why an attempt failed, in bytes.
	maxReason = 1024
)

// Options set up a queue. Epoch, Journal and Directory are required; every other zero value is a documented default.
type Options struct {
	// Name of the process; default "queue".
	Name string
	// Stream of the journal that holds the queue; default "work/" and the name.
	Stream events.Stream
	// Epoch is different for each start of the node. It makes agents of this start distinct from those of all earlier ones.
	Epoch string
	// Plan is how tasks are accepted and given out.
	Plan plan.Spec
	// Journal keeps the queue; its process must run before the queue starts.
	Journal *events.Journal
	// Directory knows the agents. A new life of it ends the queue's knowledge, so the queue belongs behind it under a rest_for_one supervisor.
	Directory *agents.Directory
	// Registry says how the agents stand: who is in a state and health to be given work, and in what order. The queue follows it; while its
	// process is down, what it said last holds. nil takes every agent of the directory for fit. Who joins it to the directory is up to the user; see
	// registry.FromDirectory.
	Registry *registry.Registry
	// Who is the query of the agents that get this queue's tasks; the zero Query means all, of every namespace. It needs a Registry, and has
	// neither order nor limit.
	Who query.Query
	// Market is who holds the auctions of the policy plan.Auction, which needs it.
	Market *Market
	// SnapshotEvery is the number of events after which the state is kept, so that a restart reads only what came later; default
	// 10,000, negative never. A large queue is kept more rarely: no more than once in as many events as it remembers tasks.
	SnapshotEvery int
}

func (o Options) withDefaults() Options {
	if o.Name == "" {
		o.Name = "queue"
	}
	if o.Stream == "" {
		o.Stream = events.Stream("work/" + o.Name)
	}
	if o.SnapshotEvery == 0 {
		o.SnapshotEvery = 10_000
	}
	if o.Plan.InputLimit <= 0 || o.Plan.InputLimit > MaxInput {
		o.Plan.InputLimit = MaxInput
	}
	return o
}

// Validate returns every problem of the options, joined.
func (o Options) Validate() error {
	o = o.withDefaults()
	var all []error
	missing := func(key string) { all = append(all, fmt.Errorf("work: queue %q: %s is missing", o.Name, key)) }
	if o.Epoch == "" {
		missing("epoch")
	}
	if o.Journal == nil {
		missing("journal")
	}
	if o.Directory == nil {
		missing("directory")
	}
	if !everybody(o.Who) {
		if o.Registry == nil {
			all = append(all, fmt.Errorf("work: queue %q: who needs a registry", o.Name))
		}
		if len(o.Who.OrderBy) > 0 || o.Who.Limit != 0 || o.Who.After != "" {
			all = append(all, fmt.Errorf("work: queue %q: who has an order or a limit", o.Name))
		}
		if err := o.Who.Validate(); err != nil {
			all = append(all, fmt.Errorf("work: queue %q: who: %w", o.Name, err))
		}
	}
	if o.Plan.Policy == plan.Auction {
		all = append(all, o.Market.validate(o.Name))
	}
	return errors.Join(append(all, o.Plan.Validate())...)
}
