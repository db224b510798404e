// SPDX-License-Identifier: Apache-2.0

package basic

import (
	"fmt"
	"slices"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/registry"
	"mabeam.dev/internal/nearest"
)

// rules are what decides about ops besides the rows.
type rules struct {
	types []string
	limit int
	now   time.Time
	by    uint64 // the incarnation that writes
}

// do takes one op, or refuses it and changes nothing.
func (e *edit) do(op registry.Op, r rules) registry.Result {
	var row *index.Row
	var err error
	switch op := op.(type) {
	case registry.Register:
		row, err = e.register(op.Row, r)
	case registry.Unregister:
		e.remove(op.ID)
	case registry.Update:
		row, err = e.update(op)
	case registry.Restore:
		row, err = e.restore(op.Row)
	default:
		err = fmt.Errorf("basic: do %T: no such op", op)
	}
	if row != nil {
		row = shown(row)
	}
	return registry.Result{Row: row, Err: err}
}

func invalid(row *index.Row, err error) error {
	if err == nil {
		return nil
	}
	var id registry.ID
	if row != nil {
		id = registry.IDOf(row)
	}
	return &registry.InvalidRowError{ID: id, Err: err}
}

var errNoRow = fmt.Errorf("basic: check row: there is none: %w", registry.ErrInvalidRow)

func (e *edit) register(row *index.Row, r rules) (*index.Row, error) {
	if row == nil {
		return nil, invalid(nil, errNoRow)
	}
	if err := row.Validate(); err != nil {
		return nil, invalid(row, err)
	}
	if !slices.Contains(r.types, row.Kind) {
		hint := ""
		if near := nearest.Word(row.Kind, r.types); near != "" {
			hint = fmt.Sprintf(", did you mean %q?", near)
		}
		return nil, invalid(row, fmt.Errorf("basic: check row %q: type %q is none of %q%s: %w", row.ID, row.Kind, r.types, hint, registry.ErrInvalidRow))
	}
	id := registry.IDOf(row)
	if pid, ok := row.Handle.(actors.PID); ok && !pid.Alive() {
		why, _ := pid.Reason()
		return nil, &registry.DeadError{ID: id, Reason: why}
	}
	next := *row
	next.Incarnation, next.Version, next.RegisteredAt = 1, 1, r.now
	old, had := e.get(id)
	switch {
	case had && sameHandle(old.full.Handle, row.Handle): // declares itself anew
		next.Incarnation, next.Version, next.RegisteredAt = old.full.Incarnation, old.full.Version+1, old.full.RegisteredAt
	case had && alive(old.full.Handle):
		return nil, &registry.DuplicateError{ID: id, Holder: old.full.Handle}
	case had: // the end of the last one is still to be heard
		next.Incarnation, next.Version, next.RegisteredAt = old.full.Incarnation+1, old.full.Version+1, old.full.RegisteredAt
	case r.limit > 0 && e.len() >= r.limit:
		return nil, &registry.LimitError{What: "rows", Max: r.limit}
	}
	e.put(&next)
	return &next, nil
}

func (e *edit) update(u registry.Update) (*index.Row, error) {
	old, had := e.get(u.ID)
	switch {
	case !had:
		return nil, &registry.NotFoundError{ID: u.ID}
	case u.IfVersion != 0 && u.IfVersion != old.full.Version:
		return nil, &registry.VersionError{ID: u.ID, Have: old.full.Version, Want: u.IfVersion}
	}
	if err := checkPatch(u.Patch); err != nil {
		return nil, err
	}
	next := *old.full
	next.Version++
	if h, ok := u.Patch.Health.Get(); ok {
		next.Health = h
	}
	if l, ok := u.Patch.Labels.Get(); ok {
		next.Labels = l
	}
	if err := next.Validate(); err != nil {
		return nil, invalid(&next, err)
	}
	e.put(&next)
	return &next, nil
}

// restore puts a row as it is, whoever is there. That of a process that has ended is taken out when its monitor says so.
func (e *edit) restore(row *index.Row) (*index.Row, error) {
	if row == nil {
		return nil, invalid(nil, errNoRow)
	}
	if err := row.Validate(); err != nil {
		return nil, invalid(row, err)
	}
	e.put(row)
	return row, nil
}

// alive reports whether a handle may still reach somebody: of what is no process here nobody can say that it has ended.
func alive(h index.Handle) bool {
	pid, ok := h.(actors.PID)
	return !ok || pid.Alive()
}

// sameHandle reports whether two handles reach the same.
func sameHandle(a, b index.Handle) bool {
	x, xok := a.(actors.PID)
	y, yok := b.(actors.PID)
	switch {
	case xok || yok:
		return xok && yok && x == y
	case a == nil || b == nil:
		return a == nil && b == nil
	}
	return a.String() == b.String()
}

// batch does several ops, all or each.
func (b *book) batch(m registry.Mode, ops []registry.Op, r rules) (next *book, results []registry.Result, err error) {
	e := b.edit(r.by)
	results = make([]registry.Result, len(ops))
	for i, op := range ops {
		if results[i] = e.do(op, r); results[i].Err == nil || m == registry.Each {
			continue
		}
		for j := range results {
			if j != i {
				results[j] = registry.Result{Err: registry.ErrUndone}
			}
		}
		return b, results, results[i].Err
	}
	return e.done(), results, nil
}
