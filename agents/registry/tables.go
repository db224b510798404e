// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
	"mabeam.dev/agents/index"
)

// tables are what the registry is made of: its owner's handles.
type tables struct {
	rows *table.Set[ID, record]
	view *table.Set[struct{}, *index.View]
	past *table.Set[ID, grave]
}

// The tables as notices of having become their owner.
type (
	rowsTaken table.Transfer[*table.Set[ID, record]]
	viewTaken table.Transfer[*table.Set[struct{}, *index.View]]
	pastTaken table.Transfer[*table.Set[ID, grave]]
)

// create makes empty tables.
func create(owner actors.Sender, o Options) (t tables, err error) {
	if t.rows, err = table.NewSet[ID, record](owner, o.rowsName(), table.Options{}); err != nil {
		return t, err
	}
	if t.past, err = table.NewSet[ID, grave](owner, o.pastName(), table.Options{Limit: o.MaxPast}); err != nil {
		return t, err
	}
	if t.view, err = table.NewSet[struct{}, *index.View](owner, o.viewName(), table.Options{}); err != nil {
		return t, err
	}
	return t, t.view.Put(struct{}{}, new(index.View))
}

// complete reports whether all are there.
func (t *tables) complete() bool { return t.rows != nil && t.view != nil && t.past != nil }

// drop deletes those that are there. What would refuse it is the end of this process, which takes the tables along.
func (t *tables) drop() {
	if t.rows != nil {
		_ = t.rows.Drop()
	}
	if t.view != nil {
		_ = t.view.Drop()
	}
	if t.past != nil {
		_ = t.past.Drop()
	}
	*t = tables{}
}

// lend gives the tables to a process until it ends. After an error some are lent and come back.
func (t *tables) lend(to, back custody) error {
	if err := t.rows.Lend(to.rows, nil, back.rows); err != nil {
		return err
	}
	t.rows = nil
	if err := t.view.Lend(to.view, nil, back.view); err != nil {
		return err
	}
	t.view = nil
	if err := t.past.Lend(to.past, nil, back.past); err != nil {
		return err
	}
	t.past = nil
	return nil
}

// bequeath makes a process the heir.
func (t *tables) bequeath(to custody) error {
	if err := t.rows.SetHeir(to.rows, nil); err != nil {
		return err
	}
	if err := t.view.SetHeir(to.view, nil); err != nil {
		return err
	}
	return t.past.SetHeir(to.past, nil)
}

// The tables are the ground of a commit. A table that cannot be read is one that this process does not own any more: its commit comes to
// nothing.

func (t *tables) record(id ID) (record, bool) {
	rec, ok, _ := t.rows.Lookup(id)
	return rec, ok
}

func (t *tables) grave(id ID) (grave, bool) {
	g, ok, _ := t.past.Lookup(id)
	return g, ok
}

func (t *tables) count() int {
	n, _ := t.rows.Len()
	return n
}
