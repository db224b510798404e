// SPDX-License-Identifier: Apache-2.0

package index

import "slices"

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
	next := *v
	next.version++
	w := writer{view: &next, edit: next.version}
	next.recent = append(make([]recent, 0, min(len(v.recent)+len(writes), maxUnsettled)), v.recent...)
	changes := make([]Change, 0, len(writes))
	for _, wr := range writes {
		if c := w.write(wr); c != (Change{}) {
			changes = append(changes, c)
		}
		if len(next.recent) == maxUnsettled {
			w.settle()
		}
	}
	if max(len(next.recent), len(writes)) > maxRecent {
		w.settle()
	}
	if len(changes) == 0 {
		return v, nil
	}
	return &next, changes
}

// maxRecent is how many writes a View may have that its indexes have not: each costs every query the test of a row. maxUnsettled is how
// many there may be in the midst of a batch.
const (
	maxRecent    = 48
	maxUnsettled = 256
)

// writer puts writes into a view that nobody else has seen.
type writer struct {
	view *View
	edit uint64

	slot       uint32
	old, new   *Row // either may be nil
	oldK, newK []key
}

func (w *writer) write(wr Write) Change {
	v := w.view
	k := key{keyID, wr.name.space, wr.name.id}
	slot, had := v.ids.get(k)
	w.slot, w.old, w.new = slot, nil, wr.row
	if had {
		w.old = v.rows.get(slot)
	}
	switch {
	case had && w.new != nil:
		v.rows.set(w.edit, slot, w.new)
	case had:
		v.names.remove(w.edit, &v.rows, slot)
		v.rows.set(w.edit, slot, nil)
		v.ids = v.ids.without(w.edit, k)
		v.free = v.free.with(w.edit, slot)
		v.n--
	case w.new != nil:
		w.slot = w.take()
		v.rows.set(w.edit, w.slot, w.new)
		v.names.insert(w.edit, &v.rows, w.slot)
		v.ids = v.ids.with(w.edit, k, w.slot)
		v.n++
	default:
		return Change{}
	}
	if !slices.ContainsFunc(v.recent, func(r recent) bool { return r.slot == w.slot }) {
		v.recent = append(v.recent, recent{w.slot, w.old})
	}
	return Change{w.old, w.new}
}

// settle brings the indexes up to the rows.
func (w *writer) settle() {
	v := w.view
	for _, r := range v.recent {
		w.slot, w.old, w.new = r.slot, r.was, v.rows.get(r.slot)
		if w.old == nil && w.new == nil {
			continue
		}
		if w.old == nil || w.new == nil || w.old.Namespace != w.new.Namespace {
			if w.old != nil {
				w.drop(key{what: keySpace, a: w.old.Namespace})
				v.live = v.live.without(w.edit, w.slot)
			}
			if w.new != nil {
				w.put(key{what: keySpace, a: w.new.Namespace})
				v.live = v.live.with(w.edit, w.slot)
			}
		}
		w.indexes()
	}
	v.recent = v.recent[:0]
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
