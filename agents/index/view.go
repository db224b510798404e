// SPDX-License-Identifier: Apache-2.0

package index

import (
	"iter"
	"slices"

	"mabeam.dev/agents/query"
)

// View is all rows and all indexes at one version. It is immutable: whoever holds one sees the same rows for ever, whatever happens
// meanwhile, and needs no lock. The zero View is the empty one.
type View struct {
	version uint64
	n       int // rows
	*base       // nil in the zero View
	// recent are the writes that base does not show: a few wait to be indexed together, which takes far less than one by one. Queries
	// leave the slots of their rows out of what the indexes say, and test the rows of now.
	recent *journal
}

// base is the rows as they were when writes were indexed last, and the indexes of them.
type base struct {
	free *set   // slots that had a row
	next uint32 // the least slot that never had one

	rows  slots
	names sorted
	ids   *dict[uint32]
	live  *set // the slots that have a row

	// A row is in absent of a column that has an index if it has no value there, and else in the set of its value.
	terms  *dict[*set]
	states [query.Lifecycles]*set
	health [query.Statuses]*set
	absent [query.Columns]*set
	bands  [len(banded)]bands
}

// blank is what the zero View stands for.
var blank = &View{base: new(base)}

// whole returns the View with a base.
func (v *View) whole() *View {
	if v.base == nil {
		return blank
	}
	return v
}

// What the keys of the dictionaries mean.
const (
	keyID         uint8 = iota // a namespace, b id; in ids
	keySpace                   // a namespace
	keyKind                    // b value, and so on
	keyTeam                    //
	keyRole                    //
	keyNode                    //
	keyCapability              // b name
	keyBelow                   // b a name above the capability's in the hierarchy
	keyLabel                   // a name, b value
	keyLabelled                // a name
	keyStatus                  // b status; only for filing
	keyState                   // b state; only for filing
	keyAny                     // only for filing
)

// textColumns are the columns of plain text that have an index, and their keys.
var textColumns = [...]struct {
	column query.Column
	what   uint8
}{
	{query.ColumnKind, keyKind},
	{query.ColumnTeam, keyTeam},
	{query.ColumnRole, keyRole},
	{query.ColumnNode, keyNode},
}

// Version counts the commits that made the View: the empty View has 0.
func (v *View) Version() uint64 { return v.version }

// Len returns how many rows there are, in all namespaces.
func (v *View) Len() int { return v.n }

// Get finds one row. It allocates nothing.
func (v *View) Get(namespace, id string) (*Row, bool) {
	v = v.whole()
	k := key{keyID, namespace, id}
	h := k.hash()
	if r := v.recent.find(h, name{namespace, id}); r != nil {
		return r.now, r.now != nil
	}
	slot, ok := v.ids.find(h, k)
	if !ok {
		return nil, false
	}
	return v.rows.get(slot), true
}

// All gives every row of all namespaces, in the order of namespace and id.
func (v *View) All() iter.Seq[*Row] {
	return func(yield func(*Row) bool) { v.whole().from(name{}, yield) }
}

// from calls yield with the rows from a name on, in the order of names, until it returns false.
func (v *View) from(lo name, yield func(*Row) bool) {
	fresh, stale := v.recent.sorted(lo)
	on := true
	v.names.between(&v.rows, lo, name{}, func(slot uint32) bool {
		if _, ok := slices.BinarySearch(stale, slot); ok {
			return true
		}
		r := v.rows.get(slot)
		for on && len(fresh) > 0 && fresh[0].name().compare(r.name()) < 0 {
			on, fresh = yield(fresh[0]), fresh[1:]
		}
		on = on && yield(r)
		return on
	})
	for on && len(fresh) > 0 {
		on, fresh = yield(fresh[0]), fresh[1:]
	}
}

// term returns the set of a key.
func (v *View) term(k key) *set {
	s, _ := v.terms.get(k)
	return s
}

// space returns the set of the rows that a query for a namespace is about.
func (v *View) space(namespace string) *set {
	if namespace == query.AllNamespaces {
		return v.live
	}
	return v.term(key{what: keySpace, a: namespace})
}

// Namespaces gives the namespaces that have rows, in order.
func (v *View) Namespaces() iter.Seq[string] {
	return func(yield func(string) bool) {
		for n, more := (name{}), true; more; {
			more = false
			v.whole().from(n, func(r *Row) bool {
				n, more = name{space: r.Namespace + "\x00"}, yield(r.Namespace) // the least name of any other namespace
				return false
			})
		}
	}
}
