// SPDX-License-Identifier: Apache-2.0

package work

import (
	"fmt"
	"log/slog"
	"reflect"
	"strconv"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/balance"
	"mabeam.dev/agents/health"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/telemetry"
)

// followPause is the wait before a registry that is down is asked once more to be followed.
const followPause = time.Second

// candidates is who may be given work by state and health. An agent that nobody has judged yet has just come up, and to let it wait for the
// next sweep would cost its time at each restart.
var candidates = balance.Policy{Unjudged: true}

// lastResort is the rank of agents that are Unhealthy because their attempts fail or take long. It says as much of the tasks as of the agents, and who
// gets nothing to do cannot show that it is better.
const lastResort = 2

func everybody(q query.Query) bool { return reflect.ValueOf(q).IsZero() }

// prepare readies the query of the agents and follows the registry, if there is one.
func (a *queue) prepare(ctx *actors.Context[Message]) error {
	if o := a.handle.o; !everybody(o.Who) {
		who, err := index.Prepare(o.Who)
		if err != nil {
			return fmt.Errorf("work: start %q: who: %w", o.Name, err) // Validate has said so before
		}
		a.who = who
	}
	a.follow(ctx)
	return nil
}

// follow has the registry tell of every change of the agents. The watch outlives restarts of the registry's process, so this is tried again only as
// long as there is none.
func (a *queue) follow(ctx *actors.Context[Message]) {
	o := a.handle.o
	if o.Registry == nil {
		return
	}
	q := o.Who
	if everybody(q) {
		q.Namespace = query.AllNamespaces
	}
	_, page, err := registry.Subscribe(ctx, o.Registry, q, registry.WatchOptions{}, func(n registry.Notice) Message { return standings{n} })
	if err != nil {
		ctx.Logger().Warn("the registry is not followed yet", slog.String("queue", o.Name), slog.Any(telemetry.KeyError, err))
		ctx.After(followPause, followAgain{})
		return
	}
	for _, row := range page.Rows {
		a.stand(ctx, row, a.standing(row))
	}
}

// standings takes what has happened to agents.
func (a *queue) standings(ctx *actors.Context[Message], n registry.Notice) {
	for _, c := range n.Changes {
		if c.After != nil {
			a.stand(ctx, c.After, a.standing(c.After))
		} else { // it is dead, which the directory says too, or somebody has taken it out
			a.stand(ctx, c.Before, plan.AgentStanding{Out: true, Because: balance.ByState})
		}
	}
}

// stand tells the plan how the incarnation in a row stands, if it is one that the queue knows and that is news.
func (a *queue) stand(ctx *actors.Context[Message], row *index.Row, s plan.AgentStanding) {
	pid, ok := row.Handle.(actors.PID)
	if !ok {
		return
	}
	s.Agent = a.agent(row.ID, pid)
	if l := a.lives[s.Agent]; l != nil && l.standing != s {
		l.standing = s
		a.step(ctx, s)
	}
}

// firstStanding is how an incarnation stands when it comes up: as its row says, if it is there already.
func (a *queue) firstStanding(agent plan.Agent, e agents.Entry) plan.AgentStanding {
	s := plan.AgentStanding{}
	if reg := a.handle.o.Registry; reg != nil {
		row, ok := reg.Lookup(registry.ID{Namespace: e.Spec.Namespace, Name: e.Spec.ID})
		switch {
		case ok && row.Handle == index.Handle(e.PID):
			s = a.standing(row)
		case a.who != nil: // whether it is meant will be told
			s = plan.AgentStanding{Unmeant: true, Out: true}
		}
	}
	s.Agent = agent
	return s
}

// standing is how the agent in a row stands.
func (a *queue) standing(row *index.Row) plan.AgentStanding {
	if a.who != nil && !a.who.Matches(row) {
		return plan.AgentStanding{Unmeant: true, Out: true}
	}
	s := plan.AgentStanding{}
	if row.State == query.Starting { // those who are in the directory are up, whatever the row still says
		up := *row
		up.State = query.Ready
		row = &up
	}
	rank, because, ok := candidates.Rank(row)
	switch {
	case ok:
		s.Rank = rank
	case because == balance.ByHealth && onlySlowOrWrong(row.Health):
		s.Rank = lastResort
	default:
		s.Out, s.Because = true, because
	}
	if a.handle.o.Plan.Policy == plan.Performance {
		s.Slowness, _ = balance.SlownessOf(row)
	}
	return s
}

// onlySlowOrWrong reports whether nothing worse is wrong with an agent than that its attempts fail or take long.
func onlySlowOrWrong(h index.Health) bool {
	for _, c := range h.Causes {
		if c.Status > query.Degraded && c.Name != health.CauseErrors && c.Name != health.CauseLatency {
			return false
		}
	}
	return len(h.Causes) > 0
}

// agent names an incarnation for the journal: the number alone begins again with each start of the node.
func (a *queue) agent(id string, pid actors.PID) plan.Agent {
	return plan.Agent{ID: id, Incarnation: a.handle.o.Epoch + "." + strconv.FormatUint(pid.Incarnation(), 10)}
}
