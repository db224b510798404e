// SPDX-License-Identifier: Apache-2.0

package balance

import (
	"iter"
	"slices"
)

// candidates are members of one rank as one pick sees them.
type candidates struct {
	*Balancer
	members []*member
	ask     Ask
}

// against says what is against a member, if anything.
func (c candidates) against(m *member) (cause Cause, out bool) {
	r := m.row
	switch {
	case m.misfit:
		return ByVersion, true
	case slices.Contains(c.ask.Tried, r.ID):
		return ByTry, true
	case c.from.Open != nil && c.from.Open(r.Namespace, r.ID):
		return ByBreaker, true
	case r.Limits.Inflight > 0 && c.inHand(m) >= r.Limits.Inflight:
		return ByLimit, true
	case c.policy.Resources != (Resources{}) && c.room(m) < 1:
		return ByResources, true
	}
	return 0, false
}

func (c candidates) ok(m *member) bool {
	_, out := c.against(m)
	return !out
}

// all gives the candidates in the order of their names.
func (c candidates) all() iter.Seq[*member] {
	return func(yield func(*member) bool) {
		for _, m := range c.members {
			if c.ok(m) && !yield(m) {
				return
			}
		}
	}
}

// best is the candidate of the least cost; of equals the first by name.
func (c candidates) best(cost func(*member) float64) *member {
	var found *member
	var least float64
	for m := range c.all() {
		if x := cost(m); found == nil || x < least {
			found, least = m, x
		}
	}
	return found
}

func (c candidates) inHand(m *member) int64 { return c.from.Counts.InHand(m.row.Namespace, m.row.ID) }

// load is what the agent would hold with this work too, for its weight.
func (c candidates) load(m *member) float64 { return Load(c.inHand(m), m.weight) }

// room is how many such pieces of work fit into what is free of the scarcest resource asked for: free when it was measured, less what was
// given since. Less than 1 is no room; where no figure is known there is none.
func (c candidates) room(m *member) float64 {
	need, usage := c.policy.Resources, m.row.Usage
	measured, _ := usage.Inflight.Get()
	since := float64(max(c.inHand(m)-measured, 0))
	room := -1.0
	fit := func(free float64, known bool, need float64) {
		if x := free/need - since; !known {
			room = 0
		} else if room < 0 || x < room {
			room = max(x, 0)
		}
	}
	if need.Memory > 0 {
		free, known := usage.MemoryFree.Get()
		fit(float64(free), known, float64(need.Memory))
	}
	if need.CPU > 0 {
		free, known := usage.CPUFree.Get()
		fit(free, known, need.CPU)
	}
	return room
}

// choose picks one candidate by the policy's strategy, or returns nil.
func (b *Balancer) choose(c candidates) *member {
	switch b.policy.Strategy {
	case RoundRobin:
		return c.next()
	case LeastLoaded:
		return c.best(c.load)
	case PowerOfTwo:
		return c.drawTwo()
	case ByCapability:
		return c.fittest()
	case Performance:
		return c.fastest()
	case ResourceAware:
		return c.best(func(m *member) float64 { return -c.room(m) })
	case ConsistentHash:
		return c.byKey()
	case Sticky:
		return c.stuck()
	}
	if len(c.members) > many {
		return c.drawTwo()
	}
	return c.best(c.load)
}
