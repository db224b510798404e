// SPDX-License-Identifier: Apache-2.0

package index

import (
	"slices"
	"strings"

	"mabeam.dev/agents/query"
)

// indexes moves the slot from where the old row stood to where the new one stands.
func (w *writer) indexes() {
	for _, t := range textColumns {
		w.text(t.column, t.what)
	}
	w.vocabulary()
	w.keys(query.ColumnCapability, appendCapabilities, sameCapabilities)
	w.keys(query.ColumnLabel, appendLabels, sameLabels)
	for i, c := range banded {
		w.band(c, &w.view.bands[i])
	}
}

// enter and leave keep the set of the rows that have no value in a column.
func (w *writer) enter(c query.Column) {
	w.view.absent[c] = w.view.absent[c].with(w.edit, w.slot)
}

func (w *writer) leave(c query.Column) {
	w.view.absent[c] = w.view.absent[c].without(w.edit, w.slot)
}

func (w *writer) text(c query.Column, what uint8) {
	if w.old != nil && w.new != nil && w.old.text(c) == w.new.text(c) {
		return
	}
	if w.old != nil {
		if s := w.old.text(c); s != "" {
			w.drop(key{what: what, b: s})
		} else {
			w.leave(c)
		}
	}
	if w.new != nil {
		if s := w.new.text(c); s != "" {
			w.put(key{what: what, b: s})
		} else {
			w.enter(c)
		}
	}
}

// vocabulary writes the columns whose values are few and known beforehand.
func (w *writer) vocabulary() {
	v := w.view
	if w.old == nil || w.new == nil || w.old.status() != w.new.status() {
		if w.old != nil {
			s := &v.health[w.old.status()]
			*s = (*s).without(w.edit, w.slot)
		}
		if w.new != nil {
			s := &v.health[w.new.status()]
			*s = (*s).with(w.edit, w.slot)
		}
	}
	if w.old == nil || w.new == nil || w.old.state() != w.new.state() {
		if w.old != nil {
			s := &v.states[w.old.state()]
			*s = (*s).without(w.edit, w.slot)
		}
		if w.new != nil {
			s := &v.states[w.new.state()]
			*s = (*s).with(w.edit, w.slot)
		}
	}
}

// status is the row's, or Unknown if it is none.
func (r *Row) status() query.Status {
	if int(r.Health.Status) < query.Statuses {
		return r.Health.Status
	}
	return query.Unknown
}

// state is the row's, or Stateless if it is none.
func (r *Row) state() query.Lifecycle {
	if int(r.State) < query.Lifecycles {
		return r.State
	}
	return query.Stateless
}

// keys writes a part of which a row may have many.
func (w *writer) keys(c query.Column, list func([]key, *Row) []key, same func(a, b *Row) bool) {
	if w.old != nil && w.new != nil && same(w.old, w.new) {
		return
	}
	w.oldK, w.newK = w.oldK[:0], w.newK[:0]
	if w.old != nil {
		w.oldK = list(w.oldK, w.old)
		if len(w.oldK) == 0 && c == query.ColumnCapability {
			w.leave(c)
		}
	}
	if w.new != nil {
		w.newK = list(w.newK, w.new)
		if len(w.newK) == 0 && c == query.ColumnCapability {
			w.enter(c)
		}
	}
	for _, k := range w.oldK {
		if !slices.Contains(w.newK, k) {
			w.drop(k)
		}
	}
	for _, k := range w.newK {
		if len(w.oldK) == 0 || !slices.Contains(w.oldK, k) {
			w.put(k)
		}
	}
}

// appendCapabilities adds the keys of a row's capabilities, each once: every name, and every name above it.
func appendCapabilities(keys []key, r *Row) []key {
	add := func(k key) {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	for _, c := range r.Capabilities {
		add(key{what: keyCapability, b: c.Name})
		for i := strings.LastIndexByte(c.Name, '/'); i >= 0; i = strings.LastIndexByte(c.Name[:i], '/') {
			add(key{what: keyBelow, b: c.Name[:i]})
		}
	}
	return keys
}

func sameCapabilities(a, b *Row) bool {
	return slices.EqualFunc(a.Capabilities, b.Capabilities, func(a, b Capability) bool { return a.Name == b.Name })
}

// appendLabels adds the keys of a row's labels.
func appendLabels(keys []key, r *Row) []key {
	for _, l := range r.Labels {
		if k := (key{what: keyLabelled, a: l.Name}); !slices.Contains(keys, k) {
			keys = append(keys, k, key{keyLabel, l.Name, l.Value})
		}
	}
	return keys
}

func sameLabels(a, b *Row) bool { return slices.Equal(a.Labels, b.Labels) }

func (w *writer) band(c query.Column, b *bands) {
	var from, to query.Value
	if w.old != nil {
		from = w.old.value(query.Field{Column: c})
	}
	if w.new != nil {
		to = w.new.value(query.Field{Column: c})
	}
	if w.old != nil && w.new != nil && from.Present() == to.Present() && (!from.Present() || bandNo(c, from) == bandNo(c, to)) {
		return
	}
	switch {
	case w.old == nil:
	case from.Present():
		b.remove(w.edit, bandNo(c, from), w.slot)
	default:
		w.leave(c)
	}
	switch {
	case w.new == nil:
	case to.Present():
		b.add(w.edit, bandNo(c, to), w.slot)
	default:
		w.enter(c)
	}
}
