// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"fmt"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/lifecycle"
)

// apply changes row, which is a copy of the record's with the next version.
func (p Patch) apply(row *index.Row, rec record) error {
	if rec.fed != nil {
		if err := p.fromSource(row); err != nil {
			return err
		}
	}
	if e, ok := p.Event.Get(); ok {
		state, err := stepped(row, e, int(rec.inflight.Now()))
		if err != nil {
			return err
		}
		row.State, row.Reason = state, ""
	}
	set(&row.Team, p.Team)
	set(&row.Role, p.Role)
	set(&row.Node, p.Node)
	set(&row.Capabilities, p.Capabilities)
	set(&row.Labels, p.Labels)
	set(&row.Health, p.Health)
	set(&row.Limits, p.Limits)
	set(&row.Usage, p.Usage)
	set(&row.Performance, p.Performance)
	set(&row.Weight, p.Weight)
	set(&row.Config, p.Config)
	set(&row.Coordination, p.Coordination)
	set(&row.Reason, p.Reason)
	return nil
}

func set[T any](to *T, m index.Maybe[T]) {
	if v, ok := m.Get(); ok {
		*to = v
	}
}

// fromSource refuses a patch of what the source alone knows.
func (p Patch) fromSource(row *index.Row) error {
	if e, ok := p.Event.Get(); ok {
		return &lifecycle.TransitionError{From: row.State, Event: e}
	}
	_, health := p.Health.Get()
	_, usage := p.Usage.Get()
	_, performance := p.Performance.Get()
	_, node := p.Node.Get()
	if health || usage || performance || node {
		return &InvalidRowError{IDOf(row), fmt.Errorf("registry: check row %q: health, usage, performance and node are measured: %w", row.ID, ErrInvalidRow)}
	}
	return nil
}

// stepped returns the state after an event of those that the holder of a row may tell. Others happen by registering and by the end of the
// process; work in hand is not told at all.
func stepped(row *index.Row, e lifecycle.Event, inHand int) (lifecycle.State, error) {
	switch e {
	case lifecycle.Register, lifecycle.Start, lifecycle.Take, lifecycle.Finish, lifecycle.Unregister, lifecycle.Expire:
		return row.State, &lifecycle.TransitionError{From: row.State, Event: e}
	}
	life, _, err := lifecycle.Life{State: row.State, Incarnation: row.Incarnation, InHand: max(inHand, 0)}.Step(e)
	return life.State, err
}
