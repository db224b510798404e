// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"iter"

	"mabeam.dev/actors/table"
	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
)

// readers read the tables of one life of the registry; an owner that takes over takes the same tables.
type readers struct {
	rows table.SetReader[ID, record]
	view table.SetReader[struct{}, *index.View]
}

// open finds the tables anew when those that were known are gone.
func (r *Registry) open() *readers {
	rows, err := table.OpenSet[ID, record](r.sys, r.options.rowsName())
	if err != nil {
		return nil
	}
	view, err := table.OpenSet[struct{}, *index.View](r.sys, r.options.viewName())
	if err != nil {
		return nil
	}
	now := &readers{rows, view}
	r.readers.Store(now)
	return now
}

func (r *Registry) record(id ID) (record, bool) {
	if t := r.readers.Load(); t != nil {
		if rec, ok, err := t.rows.Lookup(id); err == nil {
			return rec, ok
		}
	}
	if t := r.open(); t != nil {
		rec, ok, _ := t.rows.Lookup(id) // gone again: as if nobody were there
		return rec, ok
	}
	return record{}, false
}

// Lookup returns the row of an agent, as of the last write of it: the row may be ahead of the View by the commit in progress. It allocates
// nothing.
func (r *Registry) Lookup(id ID) (*index.Row, bool) {
	rec, ok := r.record(id)
	return rec.row, ok
}

// Inflight returns the count of the work that an agent has in hand; nil for one that is not registered. It is that of the present incarnation.
func (r *Registry) Inflight(id ID) *Inflight {
	rec, _ := r.record(id)
	return rec.inflight
}

// View returns the rows and indexes of the last commit; the empty View when there is no registry. It asks no process.
func (r *Registry) View() *index.View {
	if v := r.published(); v != nil {
		return v
	}
	return nobody
}

var nobody = new(index.View)

func (r *Registry) published() *index.View {
	if t := r.readers.Load(); t != nil {
		if v, _, err := t.view.Lookup(struct{}{}); err == nil {
			return v
		}
	}
	if t := r.open(); t != nil {
		v, _, _ := t.view.Lookup(struct{}{}) // gone again: there is none
		return v
	}
	return nil
}

// Find answers a query from the last commit.
func (r *Registry) Find(q query.Query) (index.Page, error) {
	p, err := index.Prepare(q)
	if err != nil {
		return index.Page{}, err
	}
	return r.Answer(p, nil)
}

// Answer answers a query that was prepared before, from the last commit, with the rows in the place of what buf held. Its error is
// [ErrUnavailable].
func (r *Registry) Answer(p *index.Prepared, buf []*index.Row) (index.Page, error) {
	v := r.published()
	if v == nil {
		return index.Page{}, &UnavailableError{Op: "find", Err: table.ErrNoTable}
	}
	rows, next := v.FindInto(buf, p)
	return index.Page{Rows: rows, Next: next, Version: v.Version()}, nil
}

// All yields every row of all namespaces, of one commit, in the order of namespace and id.
func (r *Registry) All() iter.Seq[*index.Row] { return r.View().All() }
