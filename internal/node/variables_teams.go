// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/query"
	"mabeam.dev/cognitive"
	"mabeam.dev/config"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// candidates are the agents that teams are made of; see cognitive.Candidates.
type candidates struct{ n *Node }

// Candidates returns the agents that a query finds, in its order. An agent's roles are its role and its capabilities, its score the share of its attempts that succeeded, a half
// before the first, and its cost what an attempt costs.
func (c candidates) Candidates(_ context.Context, text string) ([]cognitive.Candidate, error) {
	q, err := who(text)
	if err != nil {
		return nil, err
	}
	page, err := c.n.registry.Find(q)
	if err != nil {
		return nil, err
	}
	out := make([]cognitive.Candidate, 0, len(page.Rows))
	for _, r := range page.Rows {
		one := cognitive.Candidate{Name: r.ID, Score: 0.5, Unavailable: !lives(r) || r.Health.Status == query.Unhealthy}
		if r.Role != "" {
			one.Roles = append(one.Roles, r.Role)
		}
		for _, k := range r.Capabilities {
			one.Roles = append(one.Roles, k.Name)
		}
		if info, ok := c.n.dir.Info(r.ID); ok {
			one.Cost = info.Spec.Price.Attempt
			one.Observations = int(info.Performance.Done + info.Performance.Failed)
			if one.Observations > 0 {
				one.Score = float64(info.Performance.Done) / float64(one.Observations)
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// teams looks after the variables that are teams of the node's agents.
type teams struct {
	n    *Node
	all  []keptTeam
	pid  atomic.Pointer[actors.PID]
	due  atomic.Bool // the process has been told to look
	self actors.Ref[teamMessage]
}

// keptTeam is one variable, and how it is looked after.
type keptTeam struct {
	space    *cognitive.Space
	variable string
	how      config.VariableTeam
}

// newTeams finds the variables; nil if there are none.
func newTeams(n *Node) *teams {
	t := &teams{n: n}
	for i, s := range n.o.Config.Variables.Spaces {
		for _, v := range s.Variables {
			if v.Team != nil {
				t.all = append(t.all, keptTeam{n.tuning.spaces[i], v.Variable, *v.Team})
			}
		}
	}
	if len(t.all) == 0 {
		return nil
	}
	t.self = actors.Resolved[teamMessage](actors.PID{}, "variables/teams", func() actors.PID {
		if pid := t.pid.Load(); pid != nil {
			return *pid
		}
		return actors.PID{}
	})
	return t
}

func (t *teams) child() supervision.Child {
	return supervision.Worker("teams", func() actors.Behavior[teamMessage] { return &keeper{t: t} }, actors.Kind("cognitive.teams"))
}

type (
	teamMessage interface{ teams() }
	// someoneMoved says that an agent is in another state.
	someoneMoved struct{}
	// mendAll is its own: it has been long enough that whoever was to come back has.
	mendAll struct{}
	// searchTeam is its own: a team is to be searched anew.
	searchTeam struct{ i int }
	// searched says that the work on a team is over.
	searched struct{ i int }
)

func (someoneMoved) teams() {}
func (mendAll) teams()      {}
func (searchTeam) teams()   {}
func (searched) teams()     {}

// keeper is the process that looks after teams: when an agent goes, and from time to time.
type keeper struct {
	t    *teams
	busy []bool // by team
}

// Init begins with a look at all of them.
func (k *keeper) Init(ctx *actors.Context[teamMessage]) error {
	pid := ctx.PID()
	end := telemetry.Subscribe(ctx.Events(), "variables teams", func(agents.AgentMoved) {
		if k.t.due.CompareAndSwap(false, true) {
			k.t.self.Tell(someoneMoved{})
		}
	})
	if _, err := actors.AtEnd(ctx, func(actors.Reason) { end() }); err != nil {
		end()
		return err
	}
	k.t.pid.Store(&pid)
	k.t.due.Store(true)
	k.busy = make([]bool, len(k.t.all))
	ctx.Self().Tell(someoneMoved{})
	for i, one := range k.t.all {
		if one.how.Search > 0 {
			ctx.Every(one.how.Search, searchTeam{i})
		}
	}
	return nil
}

// Receive looks after teams; the work itself waits for proposals, and is not done here.
func (k *keeper) Receive(ctx *actors.Context[teamMessage], msg teamMessage) error {
	switch m := msg.(type) {
	case someoneMoved:
		grace := time.Duration(0)
		for _, one := range k.t.all {
			grace = max(grace, one.how.Grace)
		}
		ctx.After(grace, mendAll{})
	case mendAll:
		k.t.due.Store(false) // who moves from now on is looked for again
		for i := range k.t.all {
			k.work(ctx, i, k.t.mend)
		}
	case searchTeam:
		k.work(ctx, m.i, k.t.search)
	case searched:
		k.busy[m.i] = false
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
	return nil
}

// work does something about a team that nothing is done about.
func (k *keeper) work(ctx *actors.Context[teamMessage], i int, do func(context.Context, keptTeam) error) {
	if k.busy[i] {
		return
	}
	k.busy[i] = true
	ctx.Go(func(ctx context.Context) teamMessage { // ends with the proposal, which has a deadline
		ctx, over := k.t.n.within(ctx, teamPatience)
		defer over()
		one := k.t.all[i]
		if err := do(ctx, one); err != nil && !errors.Is(err, cognitive.ErrNotFound) && ctx.Err() == nil {
			telemetry.Emit(k.t.n.o.Bus, VariableRefused{"team " + one.space.Name() + "/" + one.variable, err})
		}
		return searched{i}
	})
}

// teamPatience is how long a change of a team may take, with its decision and the time that new members warm up.
const teamPatience = 10 * time.Minute

// mend lets go of members that are gone.
func (t *teams) mend(ctx context.Context, one keptTeam) error {
	_, _, err := one.space.MendTeam(ctx, one.variable, candidates{t.n})
	return err
}

// search finds the best team there is now, and makes it the one if it is another.
func (t *teams) search(ctx context.Context, one keptTeam) error {
	now, err := one.space.See(one.variable, cognitive.Agent{})
	if err != nil {
		return err
	}
	best, err := one.space.BestTeam(ctx, one.variable, candidates{t.n})
	if err != nil || slices.Equal(sorted(best.Members), sorted(now.Value.Team())) {
		return err
	}
	_, _, err = one.space.SelectTeam(ctx, one.variable, candidates{t.n}, cognitive.TeamChange{Warm: one.how.Warm, Reason: "the best team of those that there are"}, cognitive.FromAdapter("teams", cognitive.Gain{Mean: 1e100, Low: 1e100}))
	return err
}

func sorted(names []string) []string { return slices.Sorted(slices.Values(names)) }
