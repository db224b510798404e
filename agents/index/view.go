// SPDX-License-Identifier: Apache-2.0

package index

import (
	"iter"

	"mabeam.dev/agents/query"
)

// View is all rows and all indexes at one version. It is immutable: whoever holds one sees the same rows for ever, whatever happens
// meanwhile, and needs no lock. The zero View is the empty one.
type View struct {
	version uint64
	n       int    // rows
	free    *set   // slots that had a row
	next    uint32 // the least slot that never had one

	rows  slots
	names sorted
	ids   *dict[uint32]

	// recent are the slots that the indexes do not show as they are: a few writes wait to be indexed together, which takes far less
	// than one by one. Queries leave these slots out of what the indexes say, and test their rows.
	recent []recent

	// live are the slots that the indexes know.
	live *set

	// The indexes. A row is in absent of a column that has an index if it has no value there, and else in the set of its value.
	terms  *dict[*set]
	states [query.Lifecycles]*set
	health [query.Statuses]*set
	absent [query.Columns]*set
	bands  [len(banded)]bands
}

// recent is a slot and the row that the indexes have there, or nil.
type recent struct {
	slot uint32
	was  *Row
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
	slot, ok := v.ids.get(key{keyID, namespace, id})
	if !ok {
		return nil, false
	}
	return v.rows.get(slot), true
}

// All gives every row of all namespaces, in the order of namespace and id.
func (v *View) All() iter.Seq[*Row] {
	return func(yield func(*Row) bool) {
		v.names.between(&v.rows, name{}, name{}, func(slot uint32) bool { return yield(v.rows.get(slot)) })
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
			v.names.between(&v.rows, n, name{}, func(slot uint32) bool {
				space := v.rows.get(slot).Namespace
				n, more = name{space: space + "\x00"}, yield(space) // the least name of any other namespace
				return false
			})
		}
	}
}
