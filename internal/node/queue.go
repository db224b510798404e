// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"time"

	"mabeam.dev/agents/query"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/config"
	"mabeam.dev/events"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/supervision"
)

// queueService is the work queues, each a supervisor of its own.
var queueService = service{
	Service: phase.Service{
		Name: "queues", Phase: phase.Work, Loss: phase.Rebuilds,
		Without: "Tasks are neither accepted nor given out. What was accepted is in the journal, and nobody else notices.",
	},
	make: func(n *Node) ([]supervision.Child, error) {
		var all []supervision.Child
		for _, c := range n.o.Config.Work {
			q, err := n.queue(c)
			if err != nil {
				return nil, err
			}
			n.queues = append(n.queues, q)
			spec := q.Spec()
			for i := range spec.Children {
				spec.Children[i].Backoff = &supervision.Backoff{Initial: queuePause, Max: time.Second, Factor: 4, ResetAfter: 10 * time.Second}
			}
			all = append(all, supervision.Sub(c.Queue, spec))
		}
		return all, nil
	},
	drain: func(ctx context.Context, n *Node) error {
		var all []error
		for _, q := range n.queues {
			s, err := q.Drain(ctx)
			n.drained = append(n.drained, s)
			all = append(all, err)
		}
		return errors.Join(all...)
	},
}

// queuePause is the wait before a part of a queue is started again: when the journal's process has crashed, it is back by then.
const queuePause = 10 * time.Millisecond

// std is the word for standard input or output in a config file.
const std = "-"

// quotas are those of the kinds of tasks, by kind.
func quotas(kinds []config.KindQuota) map[string]plan.Quota {
	all := map[string]plan.Quota{}
	for _, k := range kinds {
		all[k.Kind] = plan.Quota(k.Quota)
	}
	return all
}

// requires is what the kinds of tasks need of agents, by kind.
func requires(kinds []config.KindQuota) map[string]string {
	all := map[string]string{}
	for _, k := range kinds {
		if k.Requires != "" {
			all[k.Kind] = k.Requires
		}
	}
	return all
}

// who reads the query of a queue's agents, which are those of all namespaces; the config has checked it.
func who(text string) (query.Query, error) {
	if text == "" {
		return query.Query{}, nil
	}
	q, err := query.Parse(text)
	if q.Namespace == "" {
		q.Namespace = query.AllNamespaces
	}
	return q, err
}

// queue makes a work queue with its source and its sink.
func (n *Node) queue(c config.Queue) (*work.Queue, error) {
	meant, err := who(c.Who)
	if err != nil {
		return nil, err
	}
	bought, err := n.workMarket(c)
	if err != nil {
		return nil, err
	}
	q, err := work.New(n.sys, work.Options{
		Name: "work." + c.Queue, Stream: events.Stream("work/" + c.Queue), Epoch: n.o.Epoch, Journal: n.journal, Directory: n.dir,
		Registry: n.registry, Who: meant, Market: bought,
		Plan: plan.Spec{
			Policy: plan.Policy(c.Policy), Duplicates: plan.Duplicates(c.OnDuplicate), Limit: c.Limit, Attempts: c.Attempts,
			Timeout: c.Deadline, Backoff: plan.Backoff{Base: c.Backoff}, Remember: c.Remember, Agents: plan.Quota(c.Agents), Kinds: quotas(c.Kinds), Requires: requires(c.Kinds), Procurement: procurement(c),
		},
	})
	if err != nil {
		return nil, err
	}
	if path := c.Results.Reveal(); path == std {
		q.WriterSink("results", n.o.Stdout)
	} else {
		q.FileSink("results", path)
	}
	tasks := n.o.Tasks[c.Queue]
	switch path := c.Tasks.Reveal(); {
	case tasks != nil:
		q.TaskSource("tasks", tasks)
	case path == std:
		q.ReaderSource("stdin", n.o.Stdin)
	case path != "":
		q.FileSource("tasks", path)
	}
	return q, nil
}
