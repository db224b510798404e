// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"mabeam.dev/agents/balance"
	"mabeam.dev/agents/query"
)

// AgentStanding tells how a life of an agent stands, as whoever watches the agents knows it: it replaces what was told before. What the agent has
// in hand goes on whatever its standing. A life of which nothing was told stands as well as any.
type AgentStanding struct {
	Agent    Agent
	Out      bool          // Out gets no task, because of Because.
	Because  balance.Cause // Because is what is against it; of no meaning unless Out.
	Unmeant  bool          // Unmeant: it is Out because the tasks are not for it at all, so that it counts nowhere.
	Rank     int           // Rank: tasks go to agents of a greater rank only when none of a smaller one is free.
	Slowness float64       // Slowness is how long it takes for one success, as package balance reckons it, in nanoseconds; 0 = not known.
}

func (AgentStanding) command() {}

// stand takes note of a standing.
func (q *Queue) stand(c AgentStanding) {
	w := q.life(c.Agent)
	if w == nil {
		return
	}
	w.standing = c.tidy()
	q.refresh(w)
}

// tidy makes sense of what has none.
func (c AgentStanding) tidy() AgentStanding {
	c.Out = c.Out || c.Unmeant
	if !(c.Slowness > 0) || math.IsInf(c.Slowness, 0) {
		c.Slowness = 0
	}
	return c
}

// weightOf is the weight that counts.
func weightOf(weight float64) float64 {
	if !(weight > 0) || weight > 1e9 {
		return 1
	}
	return weight
}

// load is what a worker would have in hand with one more task, for its slots and weight.
func (w *worker) load() float64 { return balance.Load(int64(len(w.held)), w.size) }

// nobody says why no agent takes a lane's tasks, by what is against those that offer the names that are asked for.
func (q *Queue) nobody(l *lane) *balance.NoAgentError {
	g := l.group
	e := &balance.NoAgentError{}
	var parts []query.Expr
	for _, n := range g.wants {
		if n.Below() {
			parts = append(parts, query.Capability.HasPrefix(n.Name()))
		} else {
			parts = append(parts, query.Capability.Eq(n.Name()))
		}
	}
	if len(parts) > 0 {
		e.Query.Where = query.And(parts...)
	}
	against := map[balance.Cause]int{}
	for _, w := range q.workers {
		if w.standing.Unmeant || !g.namedBy(w) {
			continue
		}
		e.Meant++
		switch {
		case w.draining, w.condemned:
			against[balance.ByState]++
		case w.standing.Out:
			against[w.standing.Because]++
		default:
			against[balance.ByVersion]++
		}
	}
	for cause, n := range against {
		e.Excluded = append(e.Excluded, balance.Exclusion{Cause: cause, N: n})
	}
	slices.SortFunc(e.Excluded, func(a, b balance.Exclusion) int { return cmp.Compare(a.Cause, b.Cause) })
	return e
}

// namedBy is servedBy, whatever the versions.
func (g *group) namedBy(w *worker) bool {
	for _, n := range g.wants {
		if !slices.ContainsFunc(w.offers, n.Names) {
			return false
		}
	}
	return true
}

// sayNobody is the reason in words.
func sayNobody(g *group, e *balance.NoAgentError) string {
	switch {
	case e.Meant == 0 && len(g.wants) == 0:
		return "no agent is up"
	case e.Meant == 0:
		return fmt.Sprintf("no agent offers %q", g.key.String())
	}
	parts := make([]string, len(e.Excluded))
	for i, x := range e.Excluded {
		parts[i] = fmt.Sprintf("%s %d", x.Cause, x.N)
	}
	return "no agent can take it: " + strings.Join(parts, ", ")
}
