// SPDX-License-Identifier: Apache-2.0

package balance

import (
	"cmp"
	"container/list"
	"math"
)

// byKey is the candidate with the highest draw for the key: rendezvous hashing, with shares of the keys by weight. Each agent's draw depends on
// itself and the key alone, so only the keys of an agent that leaves, or that one takes who comes, move.
func (c candidates) byKey() *member {
	return c.best(func(m *member) float64 {
		u := (float64(hash(c.ask.Key, m.row.Namespace, m.row.ID)>>11) + 0.5) / (1 << 53) // in the open interval from 0 to 1
		return -math.Log(u) / m.weight
	})
}

// hash is FNV-1a over texts with their lengths, stirred until every bit depends on all.
func hash(texts ...string) uint64 {
	h := uint64(14695981039346656037)
	for _, t := range texts {
		for i := range len(t) {
			h = (h ^ uint64(t[i])) * 1099511628211
		}
		h = (h ^ uint64(len(t))) * 1099511628211
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// stuck is the agent that had the key last, as long as it is a candidate; else the key goes where byKey sends it, and stays there.
func (c candidates) stuck() *member {
	if n, ok := c.keys.agent(c.ask.Key); ok {
		p := pool{members: c.members}
		if at, found := p.find(n); found && c.ok(c.members[at]) {
			return c.members[at]
		}
	}
	m := c.byKey()
	if m != nil {
		c.keys.put(c.ask.Key, m.name())
	}
	return m
}

// sticky remembers the agents of so many keys, those used last.
type sticky struct {
	most int
	of   map[string]*list.Element // of held
	used list.List                // the last used first
}

type held struct {
	key   string
	agent name
}

func newSticky(most int) *sticky {
	return &sticky{most: cmp.Or(most, 10_000), of: map[string]*list.Element{}}
}

func (s *sticky) agent(key string) (name, bool) {
	e, ok := s.of[key]
	if !ok {
		return name{}, false
	}
	s.used.MoveToFront(e)
	return e.Value.(held).agent, true
}

func (s *sticky) put(key string, agent name) {
	if e, ok := s.of[key]; ok {
		e.Value = held{key, agent}
		s.used.MoveToFront(e)
		return
	}
	s.of[key] = s.used.PushFront(held{key, agent})
	if s.used.Len() > s.most {
		last := s.used.Back()
		delete(s.of, last.Value.(held).key)
		s.used.Remove(last)
	}
}
