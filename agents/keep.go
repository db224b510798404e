// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"mabeam.dev/actors/fault"
	"mabeam.dev/events"
	"mabeam.dev/events/sourced"
)

var (
	// ErrKept is returned when an agent is to be added whose id a durable one of the team has.
	ErrKept = fault.New(3204, "agents: kept already")
	// ErrNotDurable is returned when a durable agent is added to a team without a journal, or one that cannot be written down.
	ErrNotDurable = fault.New(3205, "agents: cannot be durable")
)

// typeKept is the type of the events of a team's stream.
const typeKept = "agents.kept"

// kept is one event: the spec of an agent that is kept from now on, or the id of one that is not any more. The names of Spec's fields are part of the
// journal's format.
type kept struct {
	Spec    *Spec  `json:"spec,omitempty"`
	Dropped string `json:"dropped,omitempty"`
}

// id is the agent's.
func (k kept) id() string {
	if k.Spec != nil {
		return k.Spec.ID
	}
	return k.Dropped
}

// roll is which agents are kept, by id.
type roll map[string]Spec

// keeping decides what is written down of a team: sourced's machine.
type keeping struct{}

// Decide refuses an id that is taken. To drop what is not there changes nothing.
func (keeping) Decide(r roll, k kept) ([]kept, error) {
	_, there := r[k.id()]
	switch {
	case k.Spec != nil && there:
		return nil, fmt.Errorf("agents: add %q: %w", k.id(), ErrKept)
	case k.Spec == nil && !there:
		return nil, nil
	}
	return []kept{k}, nil
}

// Apply gives the roll after an event.
func (keeping) Apply(r roll, k kept) roll {
	next := maps.Clone(r)
	if next == nil {
		next = roll{}
	}
	if k.Spec != nil {
		next[k.id()] = readBack(*k.Spec)
	} else {
		delete(next, k.id())
	}
	return next
}

// readBack makes nothing again of what is null in JSON.
func readBack(s Spec) Spec {
	tidy := func(raw json.RawMessage) json.RawMessage {
		if string(raw) == "null" {
			return nil
		}
		return raw
	}
	s.Settings = tidy(s.Settings)
	s.Capabilities = slices.Clone(s.Capabilities)
	for i := range s.Capabilities {
		s.Capabilities[i].Settings = tidy(s.Capabilities[i].Settings)
	}
	return s
}

// ids are those that are kept, in order.
func (r roll) ids() []string { return slices.Sorted(maps.Keys(r)) }

// ledger is where a team is written down.
type ledger = sourced.Entity[roll, kept, kept]

func newLedger(team string, j *events.Journal) (*ledger, error) {
	return sourced.New(keeping{}, sourced.Options[roll, kept, kept]{
		Name: team + ".ledger", Journal: j, Stream: events.Stream("teams/" + team), Codec: sourced.JSON[kept](typeKept), SnapshotEvery: 1000,
	})
}

// durable returns why the spec cannot be written down, or nil.
func (s Spec) durable(l *ledger) error {
	var all []error
	if l == nil {
		all = append(all, fmt.Errorf("agents: add %q: the team has no journal: %w", s.ID, ErrNotDurable))
	}
	if s.Wrap != nil {
		all = append(all, fmt.Errorf("agents: add %q: it has a Wrap, which is a function: %w", s.ID, ErrNotDurable))
	}
	return errors.Join(all...)
}
