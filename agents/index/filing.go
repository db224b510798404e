// SPDX-License-Identifier: Apache-2.0

package index

import (
	"slices"

	"mabeam.dev/agents/query"
)

// Key is where a watch is filed so that only those are tested that a change may concern. Keys are comparable.
type Key struct{ key }

// Filing returns the keys under which a watch of the query is to be filed: each row that the query means has one of them among its own,
// see [AppendKeys]. Each key is there once.
func (p *Prepared) Filing() []Key {
	if p.scan {
		return []Key{{key{what: keyAny}}}
	}
	var all []Key
	for _, t := range p.terms {
		for _, k := range p.filing(t) {
			if !slices.Contains(all, k) {
				all = append(all, k)
			}
		}
	}
	return all
}

// fewest orders keys by how few rows they usually have.
var fewest = [...]uint8{
	keyID: 0, keyCapability: 1, keyLabel: 2, keyTeam: 3, keyRole: 4, keyKind: 5, keyNode: 6, keyBelow: 7, keyLabelled: 8, keyState: 9,
	keyStatus: 10, keySpace: 11, keyAny: 12,
}

// filing returns the keys of one term: those of its best literal.
func (p *Prepared) filing(term []literal) []Key {
	best := []Key{{key{what: keyAny}}}
	if s := p.query.Namespace; s != query.AllNamespaces {
		best = []Key{{key{what: keySpace, a: s}}}
	}
	for _, l := range term {
		if keys := p.literalKeys(l); len(keys) > 0 && fewest[keys[0].what] < fewest[best[0].what] {
			best = keys
		}
	}
	return best
}

// literalKeys returns keys of which every row has one that passes the literal; none if there are no such keys.
func (p *Prepared) literalKeys(l literal) []Key {
	var all []Key
	switch {
	case l.kind == missing && l.neg && l.field.Column == query.ColumnLabel:
		return []Key{{key{what: keyLabelled, a: l.field.Label}}}
	case l.neg:
	case l.kind == below:
		b := l.values[0].Text()
		return []Key{{key{what: keyBelow, b: b}}, {key{what: keyCapability, b: b}}}
	case l.kind == between && l.field.Column == query.ColumnLabel:
		return []Key{{key{what: keyLabelled, a: l.field.Label}}}
	case l.kind == anyOf:
		for _, v := range l.values {
			k := key{what: keyOf(l.field.Column), a: l.field.Label, b: v.Text()}
			switch l.field.Column {
			case query.ColumnID:
				if k.what, k.a = keyID, p.query.Namespace; k.a == query.AllNamespaces {
					return nil
				}
			case query.ColumnHealth, query.ColumnState:
				k = vocabularyKey(v)
			}
			if k.what == keyAny {
				return nil
			}
			all = append(all, Key{k})
		}
	}
	return all
}

func vocabularyKey(v query.Value) key {
	if v.Type() == query.TypeStatus {
		return key{what: keyStatus, b: v.String()}
	}
	return key{what: keyState, b: v.String()}
}

// AppendKeys adds the keys of a row to keys. A watch has to be tested against a change if it is filed under a key of the row before or of
// the row after.
func AppendKeys(keys []Key, r *Row) []Key {
	add := func(k key) { keys = append(keys, Key{k}) }
	add(key{what: keyAny})
	add(key{what: keySpace, a: r.Namespace})
	add(key{keyID, r.Namespace, r.ID})
	for _, t := range textColumns {
		if s := r.text(t.column); s != "" {
			add(key{what: t.what, b: s})
		}
	}
	add(vocabularyKey(query.ValueOf(r.status())))
	if r.state() != query.Stateless {
		add(vocabularyKey(query.ValueOf(r.state())))
	}
	var own []key
	for _, k := range appendLabels(appendCapabilities(own, r), r) {
		add(k)
	}
	return keys
}
