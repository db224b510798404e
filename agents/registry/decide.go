// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"errors"
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/lifecycle"
	"mabeam.dev/agents/query"
)

// do takes one op into the draft, or refuses it and changes nothing.
func (d *draft) do(op Op) Result {
	var row *index.Row
	var err error
	switch op := op.(type) {
	case Register:
		row, err = d.register(op.Row)
	case Unregister:
		err = d.unregister(op.ID)
	case Update:
		row, err = d.update(op)
	case Restore:
		row, err = d.restore(op.Row)
	default:
		err = fmt.Errorf("registry: do %T: no such op", op)
	}
	return Result{row, err}
}

// batch takes several ops, all or each.
func (d *draft) batch(m Mode, ops []Op) ([]Result, error) {
	out := make([]Result, len(ops))
	if m == Each {
		for i, op := range ops {
			out[i] = d.do(op)
		}
		return out, nil
	}
	b := d.branch(len(ops))
	for i, op := range ops {
		if out[i] = b.do(op); out[i].Err == nil {
			continue
		}
		for j := range out {
			if j != i {
				out[j] = Result{Err: ErrUndone}
			}
		}
		return out, out[i].Err
	}
	d.merge(b)
	return out, nil
}

// register enters an agent. What is entered is a copy of row.
func (d *draft) register(row *index.Row) (*index.Row, error) {
	if err := registrable(row); err != nil {
		return nil, err
	}
	id := IDOf(row)
	if pid, ok := row.Handle.(actors.PID); ok && !pid.Alive() {
		why, _ := pid.Reason()
		return nil, &DeadError{id, why}
	}
	next := *row
	next.Version, next.Incarnation, next.RegisteredAt = 1, 1, d.now
	rec, known := d.record(id)
	last := rec.row
	switch {
	case known && sameHandle(last.Handle, row.Handle):
		return d.redeclare(id, rec, &next), nil
	case known && alive(last.Handle):
		return nil, &DuplicateError{id, last.Handle}
	case !known:
		if d.limit > 0 && d.count() >= d.limit {
			return nil, &LimitError{"agents", d.limit}
		}
		if g, ok := d.grave(id); ok {
			last = g.row
		}
	}
	if last != nil {
		goOn(&next, last)
		next.Incarnation = last.Incarnation + 1
	}
	d.put(id, record{row: &next, inflight: new(Inflight)})
	return &next, nil
}

// goOn has a row go on with what is known of the agent from its last incarnation.
func goOn(next, last *index.Row) {
	next.Version, next.RegisteredAt = last.Version+1, last.RegisteredAt
	if next.Performance == (index.Performance{}) {
		next.Performance = last.Performance
	}
	if next.MigratedAt.IsZero() {
		next.MigratedAt = last.MigratedAt
	}
}

// redeclare takes what an agent that is registered already declares now.
func (d *draft) redeclare(id ID, rec record, declared *index.Row) *index.Row {
	last := rec.row
	if sameDeclared(last, declared) && last.Node == declared.Node {
		return last
	}
	next := *last
	declare(&next, declared)
	next.Node = declared.Node
	next.Version++
	rec.row = &next
	d.put(id, rec)
	return &next
}

// registrable says whether a row can be registered, whoever is there.
func registrable(row *index.Row) error {
	if row == nil {
		return &InvalidRowError{Err: fmt.Errorf("registry: check row: there is none: %w", ErrInvalidRow)}
	}
	all := []error{row.Validate()}
	switch row.State {
	case query.Stateless, query.Registered:
	case query.Starting, query.Ready:
		if row.Handle == nil {
			all = append(all, fmt.Errorf("registry: check row %q: state %s needs a handle: %w", row.ID, row.State, ErrInvalidRow))
		}
	default:
		if int(row.State) < query.Lifecycles { // else Validate has said so
			all = append(all, fmt.Errorf("registry: check row %q: nobody is registered in state %s: %w", row.ID, row.State, ErrInvalidRow))
		}
	}
	return invalid(IDOf(row), errors.Join(all...))
}

func invalid(id ID, err error) error {
	if err == nil {
		return nil
	}
	return &InvalidRowError{id, err}
}

// unregister takes an agent out for good. One that the source says is living cannot be forgotten: it is there.
func (d *draft) unregister(id ID) error {
	rec, known := d.record(id)
	if known && rec.fed != nil && lifecycle.Alive(rec.row.State) {
		return &lifecycle.TransitionError{From: rec.row.State, Event: lifecycle.Unregister}
	}
	if _, buried := d.grave(id); known || buried {
		d.remove(id, nil)
	}
	return nil
}

// update patches a row.
func (d *draft) update(u Update) (*index.Row, error) {
	rec, known := d.record(u.ID)
	switch {
	case !known:
		return nil, &NotFoundError{u.ID}
	case u.IfVersion != 0 && u.IfVersion != rec.row.Version:
		return nil, &VersionError{u.ID, rec.row.Version, u.IfVersion}
	}
	next := *rec.row
	next.Version++
	if err := u.Patch.apply(&next, rec); err != nil {
		return nil, err
	}
	if err := invalid(u.ID, next.Validate()); err != nil {
		return nil, err
	}
	rec.row = &next
	d.put(u.ID, rec)
	return &next, nil
}

// restore puts a row as it is. The end of a process that is in it and has ended will be found by the monitor.
func (d *draft) restore(row *index.Row) (*index.Row, error) {
	if row == nil {
		return nil, registrable(row)
	}
	id := IDOf(row)
	if err := invalid(id, row.Validate()); err != nil {
		return nil, err
	}
	rec, known := d.record(id)
	if !known {
		if d.limit > 0 && d.count() >= d.limit {
			return nil, &LimitError{"agents", d.limit}
		}
		rec.inflight = new(Inflight)
	}
	rec.row, rec.fed = row, nil
	d.put(id, rec)
	return row, nil
}

// died takes out what a process has left in a row, and remembers it. It does nothing when another has the row by now.
func (d *draft) died(id ID, pid actors.PID, why actors.Reason) {
	rec, known := d.record(id)
	if !known || !sameHandle(rec.row.Handle, pid) || rec.fed != nil {
		return
	}
	last := *rec.row
	last.Version++
	last.Reason = why.String()
	last.Health = index.Health{
		Status: query.Dead, Since: d.now, LastReport: d.now,
		Causes: []index.Cause{{Name: "dead", Status: query.Dead, Detail: last.Reason}},
	}
	if last.State != query.Stateless {
		if last.State = query.Stopped; why.Abnormal() {
			last.State = query.Failed
		}
	}
	d.remove(id, &last)
}

// tolerance is the share by which a measure may change before that is written.
const tolerance = 0.05

// follow takes what the source says of an agent. Who registered the id by himself, and lives, is not driven out.
func (d *draft) follow(row *index.Row) (taken bool) {
	id := IDOf(row)
	rec, known := d.record(id)
	if known && rec.fed == nil && alive(rec.row.Handle) && !sameHandle(rec.row.Handle, row.Handle) {
		return false
	}
	next := *row
	if !known {
		next.Version = 1
		if g, ok := d.grave(id); ok {
			goOn(&next, g.row)
		}
		d.put(id, record{row: &next, fed: row, inflight: new(Inflight)})
		return true
	}
	last := rec.row
	next.Version = last.Version + 1
	next.Coordination, next.MigratedAt = last.Coordination, last.MigratedAt
	fresh := rec.fed == nil || last.Incarnation != row.Incarnation
	if declaresNew := fresh || !sameDeclared(rec.fed, row); !declaresNew {
		declare(&next, last)
	}
	if !fresh && sameDeclared(last, &next) && last.State == next.State && last.Reason == next.Reason && last.Node == next.Node &&
		sameHealth(last.Health, next.Health) && sameHandle(last.Handle, next.Handle) && !index.Moved(last, &next, tolerance) {
		return true
	}
	if fresh {
		rec.inflight = new(Inflight)
	}
	rec.row, rec.fed = &next, row
	d.put(id, rec)
	return true
}

// forget takes out an agent that the source knows no more.
func (d *draft) forget(id ID) {
	if rec, known := d.record(id); known && rec.fed != nil {
		d.remove(id, nil)
	}
}
