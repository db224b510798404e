// SPDX-License-Identifier: Apache-2.0

package discover

import (
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

// Count is how many agents have a capability.
type Count struct {
	Name   string
	Agents int
}

// CountByCapability counts the agents of a namespace, or of query.AllNamespaces, by the whole names of their capabilities, in the order of the names.
// An agent with several is counted in each.
func CountByCapability(v *index.View, namespace string) []Count {
	tally := v.Tally(query.Capability.Asc().Field, namespace)
	all := make([]Count, 0, len(tally))
	for _, t := range tally {
		all = append(all, Count{t.Value.Text(), t.N})
	}
	return all
}

// Summary is how many agents are how. A status that nobody has is 0.
type Summary struct {
	Agents int
	By     [query.Statuses]int
}

// HealthSummary counts the agents of a namespace, or of query.AllNamespaces, by their health.
func HealthSummary(v *index.View, namespace string) Summary {
	var s Summary
	for _, t := range v.Tally(query.Health.Asc().Field, namespace) {
		s.By[t.Value.Ordinal()] = t.N
		s.Agents += t.N
	}
	return s
}

// Healthy is the share of agents that are Healthy among those that were judged; ok is false if none was.
func (s Summary) Healthy() (share float64, ok bool) {
	judged := s.Agents - s.By[query.Unknown]
	if judged == 0 {
		return 0, false
	}
	return float64(s.By[query.Healthy]) / float64(judged), true
}

// Spread is how a measure is spread over agents, as far as bands tell, which are a quarter of a power of two wide: each figure is the least of its
// band.
type Spread struct {
	// Agents are those whose figure is known.
	Agents int
	// Least, Median, P90 and Most are of those.
	Least, Median, P90, Most float64
}

// Utilisation is how much agents are used.
type Utilisation struct {
	// Agents are all, Working those that are Ready or Busy.
	Agents, Working int
	// Queue is of messages waiting, MemoryFree of bytes and CPUFree of CPUs below the limit of those that have one.
	Queue, MemoryFree, CPUFree Spread
}

// Utilised counts how the agents of a namespace, or of query.AllNamespaces, are used.
func Utilised(v *index.View, namespace string) Utilisation {
	var u Utilisation
	for _, t := range v.Tally(query.State.Asc().Field, namespace) {
		u.Agents += t.N
		if s := query.Lifecycle(t.Value.Ordinal()); s == query.Ready || s == query.Busy {
			u.Working += t.N
		}
	}
	u.Queue = spread(v.Bands(query.Queue.Asc().Field, namespace))
	u.MemoryFree = spread(v.Bands(query.MemoryFree.Asc().Field, namespace))
	u.CPUFree = spread(v.Bands(query.CPUFree.Asc().Field, namespace))
	return u
}

func spread(bands []index.BandTally) Spread {
	var s Spread
	for _, b := range bands {
		s.Agents += b.N
	}
	if s.Agents == 0 {
		return s
	}
	s.Least, s.Most = bands[0].Low, bands[len(bands)-1].Low
	s.Median, s.P90 = at(bands, (s.Agents-1)/2), at(bands, (s.Agents*9-1)/10)
	return s
}

// at is the band of the agent at a place, counted from 0.
func at(bands []index.BandTally, place int) float64 {
	for _, b := range bands {
		if place < b.N {
			return b.Low
		}
		place -= b.N
	}
	return bands[len(bands)-1].Low
}
