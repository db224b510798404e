// SPDX-License-Identifier: Apache-2.0

package plan

import "math/rand/v2"

// prefers orders free agents under a policy. The order is total, so the same commands always choose the same agents.
func (p Policy) prefers(a, b *worker) bool {
	if p == ByCapability && len(a.offered) != len(b.offered) {
		return len(a.offered) < len(b.offered)
	}
	if p != RoundRobin {
		// a.held/a.slots < b.held/b.slots without a division
		if x, y := len(a.held)*b.slots, len(b.held)*a.slots; x != y {
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
	switch q.spec.Policy {
	case PowerOfTwo:
		return q.drawTwo(l, free, random)
	case Performance:
		return q.fittest(now, l, free)
	case RoundRobin, LeastLoaded, ByCapability:
	}
	if len(l.tried) == 0 {
		return free[0].worker
	}
	var best *worker
	for _, s := range free {
		if !l.avoids(s.worker.agent.ID) && (best == nil || q.spec.Policy.prefers(s.worker, best)) {
			best = s.worker
		}
	}
	return best
}

// drawTwo compares two different candidates drawn at random, which keeps the longest queue short without anybody looking at all agents.
func (q *Queue) drawTwo(l *lane, free []*seat, random rand.Source) *worker {
	if len(l.tried) > 0 {
		allowed := make([]*seat, 0, len(free))
		for _, s := range free {
			if !l.avoids(s.worker.agent.ID) {
				allowed = append(allowed, s)
			}
		}
		free = allowed
	}
	if len(free) == 1 {
		return free[0].worker
	}
	i := int(random.Uint64() % uint64(len(free)))
	j := int(random.Uint64() % uint64(len(free)-1))
	if j >= i {
		j++
	}
	a, b := free[i].worker, free[j].worker
	if q.spec.Policy.prefers(b, a) {
		return b
	}
	return a
}
