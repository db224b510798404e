// SPDX-License-Identifier: Apache-2.0

package reputation

import (
	"cmp"
	"slices"
	"time"
)

// Question asks for a ranking.
type Question struct {
	// Domain is where; "" is all domains together.
	Domain string
	// By is the dimension that decides; nil is the overall score.
	By *Dimension
	// Limit is how many places are wanted; 0 is all.
	Limit int
	// At is the moment.
	At time.Time
}

// Place is an agent in a ranking.
type Place struct {
	// Agent is who.
	Agent Agent
	// Value is what was compared: a lower bound or the overall score.
	Value float64
	// Score is the whole of it.
	Score Score
}

// Ranking returns the agents that have evidence in the domain, best first, those with one value by name.
func (b *Book) Ranking(q Question) []Place {
	var all []Place
	for who, r := range b.agents {
		s := r.standings[q.Domain]
		if s == nil {
			continue
		}
		score := b.rules.Score(*s, q.At)
		all = append(all, Place{who, q.value(&score), score})
	}
	slices.SortFunc(all, before)
	return q.cut(all)
}

// Merge makes one ranking of several of one question, as books of different agents answer it.
func (q Question) Merge(parts ...[]Place) []Place {
	all := slices.Concat(parts...)
	slices.SortFunc(all, before)
	return q.cut(all)
}

func (q *Question) value(s *Score) float64 {
	if q.By != nil && *q.By < Dimensions {
		return s.Estimates[*q.By].Lower
	}
	return s.Overall
}

func (q *Question) cut(all []Place) []Place {
	if q.Limit > 0 && len(all) > q.Limit {
		return slices.Clone(all[:q.Limit])
	}
	return all
}

// before is a total order: no two places of one ranking have one agent.
func before(a, b Place) int {
	return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Agent, b.Agent))
}
