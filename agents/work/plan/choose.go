// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"math/rand/v2"

	"mabeam.dev/agents/balance"
)

// prefers orders the free agents of a group under a policy. The order is total, so the same commands always choose the same agents.
func (p Policy) prefers(g *group, a, b *worker) bool {
	if a.standing.Rank != b.standing.Rank {
		return a.standing.Rank < b.standing.Rank
	}
	if p == ByCapability {
		if c := balance.CompareVersions(g.version(a), g.version(b)); c != 0 {
			return c > 0
		}
		if len(a.offers) != len(b.offers) {
			return len(a.offers) < len(b.offers)
		}
	}
	if p != RoundRobin {
		if x, y := a.load(), b.load(); x != y {
			return x < y
		}
	}
	if a.lastPick != b.lastPick {
		return a.lastPick < b.lastPick
	}
	return a.agent.ID < b.agent.ID
}

// choose picks an agent for the first task of a servable lane; it changes nothing.
func (q *Queue) choose(now Instant, l *lane, random rand.Source) *worker {
	free := l.group.free.items
	switch q.placing {
	case PowerOfTwo:
		return q.drawTwo(l, l.candidates(), random)
	case Performance:
		return q.fittest(now, l, l.candidates())
	case RoundRobin, LeastLoaded, ByCapability, Auction:
	}
	if len(l.tried) == 0 {
		return free[0].worker
	}
	var best *worker
	for _, s := range free {
		if !l.avoids(s.worker.agent.ID) && (best == nil || q.placing.prefers(l.group, s.worker, best)) {
			best = s.worker
		}
	}
	return best
}

// candidates are the free agents that the first task of a servable lane may go to: of those it must not avoid, the best rank.
func (l *lane) candidates() []*seat {
	free := l.group.free.items
	allowed := make([]*seat, 0, len(free))
	for _, s := range free {
		if l.avoids(s.worker.agent.ID) {
			continue
		}
		if len(allowed) > 0 && s.worker.standing.Rank < allowed[0].worker.standing.Rank {
			allowed = allowed[:0]
		}
		if len(allowed) == 0 || s.worker.standing.Rank == allowed[0].worker.standing.Rank {
			allowed = append(allowed, s)
		}
	}
	return allowed
}

// drawTwo compares two different candidates drawn at random, which keeps the longest queue short without anybody looking at all agents.
func (q *Queue) drawTwo(l *lane, free []*seat, random rand.Source) *worker {
	if len(free) == 1 {
		return free[0].worker
	}
	i := int(random.Uint64() % uint64(len(free)))
	j := int(random.Uint64() % uint64(len(free)-1))
	if j >= i {
		j++
	}
	a, b := free[i].worker, free[j].worker
	if q.placing.prefers(l.group, b, a) {
		return b
	}
	return a
}
