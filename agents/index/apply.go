// SPDX-License-Identifier: Apache-2.0

package index

// Write is one thing to do in a commit: see [Put] and [Remove].
type Write struct {
	row  *Row // nil removes
	name name
}

// Put writes a row: a new one, or in the place of the one with the same namespace and id. The row is never changed again by anybody.
func Put(r *Row) Write { return Write{r, r.name()} }

// Remove takes out the row with a namespace and an id, if there is one.
func Remove(namespace, id string) Write { return Write{name: name{namespace, id}} }

// Change is what one write did. Before is nil if the row came, After if it went.
type Change struct{ Before, After *Row }

// Apply does writes in their order and returns the View that they make, and what each of them changed; a Remove that finds nothing changes
// nothing, and nothing changed makes no new version. v itself stays as it is. The new View holds all of the writes: whoever publishes it
// by one pointer has made one commit of them.
//
// What the new View has for its own is marked with its version, which is the edit that made it: within one Apply such parts are changed
// in place, so a batch copies each part once.
func (v *View) Apply(writes ...Write) (*View, []Change) {
	next := *v.whole()
	next.version++
	w := writer{view: &next, edit: next.version}
	write := w.note
	if next.recent.size()+len(writes) > maxRecent {
		w.settle()
		write = w.write
	}
	changes := make([]Change, 0, len(writes))
	for _, wr := range writes {
		if c := write(wr); c != (Change{}) {
			changes = append(changes, c)
		}
	}
	if len(changes) == 0 {
		return v, nil
	}
	return &next, changes
}

// writer puts writes into a view that nobody else has seen.
type writer struct {
	view *View
	edit uint64

	slot       uint32
	old, new   *Row // either may be nil
	oldK, newK []key
}

// note does a write in the journal.
func (w *writer) note(wr Write) Change {
	v := w.view
	k := key{keyID, wr.name.space, wr.name.id}
	h := k.hash()
	r := recent{hash: uint32(h), now: wr.row}
	last := v.recent.find(h, wr.name)
	if last != nil {
		r.slot, r.was, w.old = last.slot, last.was, last.now
	} else if slot, ok := v.ids.find(h, k); ok {
		r.slot, r.was = slot, v.rows.get(slot)
		w.old = r.was
	} else {
		w.old = nil
	}
	if w.old == nil && r.now == nil {
		return Change{}
	}
	w.count(w.old, r.now)
	if last != nil {
		v.recent = v.recent.without(w.edit, last)
	}
	if r.was != nil || r.now != nil {
		v.recent = v.recent.with(w.edit, r)
	}
	return Change{w.old, r.now}
}

func (w *writer) count(old, now *Row) {
	switch {
	case old == nil:
		w.view.n++
	case now == nil:
		w.view.n--
	}
}

// settle brings the rows and the indexes up to the journal, and makes them the writer's own.
func (w *writer) settle() {
	v := w.view
	b := *v.base
	v.base = &b
	v.recent.each(func(r *recent) {
		w.slot, w.old, w.new = r.slot, r.was, r.now
		w.move()
	})
	v.recent = nil
}

// write does a write in the rows and the indexes, which are settled.
func (w *writer) write(wr Write) Change {
	v := w.view
	w.old, w.new = nil, wr.row
	slot, had := v.ids.get(key{keyID, wr.name.space, wr.name.id})
	if had {
		w.slot, w.old = slot, v.rows.get(slot)
	}
	if w.old == nil && w.new == nil {
		return Change{}
	}
	w.count(w.old, w.new)
	w.move()
	return Change{w.old, w.new}
}

// move puts the new row in the place of the old one, in the rows and in the indexes.
func (w *writer) move() {
	v := w.view
	switch {
	case w.old != nil && w.new != nil:
		v.rows.set(w.edit, w.slot, w.new)
	case w.old != nil:
		n := w.old.name()
		v.names.remove(w.edit, &v.rows, w.slot)
		v.rows.set(w.edit, w.slot, nil)
		v.ids = v.ids.without(w.edit, key{keyID, n.space, n.id})
		v.free = v.free.with(w.edit, w.slot)
		v.live = v.live.without(w.edit, w.slot)
		w.drop(key{what: keySpace, a: n.space})
	default:
		n := w.new.name()
		w.slot = w.take()
		v.rows.set(w.edit, w.slot, w.new)
		v.names.insert(w.edit, &v.rows, w.slot)
		v.ids = v.ids.with(w.edit, key{keyID, n.space, n.id}, w.slot)
		v.live = v.live.with(w.edit, w.slot)
		w.put(key{what: keySpace, a: n.space})
	}
	w.indexes()
}

// take finds a slot for a new row.
func (w *writer) take() uint32 {
	v := w.view
	if v.free == nil {
		v.next++
		return v.next - 1
	}
	slot := v.free.first()
	v.free = v.free.without(w.edit, slot)
	return slot
}

func (w *writer) put(k key) {
	v := w.view
	old := v.term(k)
	if s := old.with(w.edit, w.slot); s != old {
		v.terms = v.terms.with(w.edit, k, s)
	}
}

func (w *writer) drop(k key) {
	v := w.view
	old := v.term(k)
	if s := old.without(w.edit, w.slot); s == nil {
		v.terms = v.terms.without(w.edit, k)
	} else if s != old {
		v.terms = v.terms.with(w.edit, k, s)
	}
}

// Compare orders writes by the namespace and id that they are about.
func (w Write) Compare(other Write) int { return w.name.compare(other.name) }
