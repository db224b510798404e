// SPDX-License-Identifier: Apache-2.0

package basic

import (
	"iter"
	"slices"
	"sync"

	"github.com/tidwall/btree"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/registry"
)

// entry is one row, as it was given and as it is shown.
type entry struct {
	id          registry.ID
	full, shown *index.Row
}

type tree = btree.BTreeG[entry]

func byID(a, b entry) bool {
	if a.id.Namespace != b.id.Namespace {
		return a.id.Namespace < b.id.Namespace
	}
	return a.id.Name < b.id.Name
}

// book is everything at one version. A published one is never changed: an edit makes the next.
type book struct {
	epoch    uint64 // tells the books that came from one another from all others
	version  uint64
	readOnly bool
	rows     *tree
	log      []logged // the ids of the last changes, oldest first; later books of the same writer append to the same array
	by       uint64   // the writer

	copying sync.Mutex // copying a tree marks the one that is copied; readers do not look at the mark
}

type logged struct {
	version uint64
	id      registry.ID
}

// maxLog is how many changes a book remembers at least; at twice as many it drops the older half.
const maxLog = 4096

func newBook(epoch uint64) *book {
	return &book{epoch: epoch, by: epoch, rows: btree.NewBTreeGOptions(byID, btree.Options{Degree: 16, NoLocks: true})}
}

func (b *book) get(id registry.ID) (entry, bool) {
	if b == nil {
		return entry{}, false
	}
	return b.rows.Get(entry{id: id})
}

func (b *book) len() int {
	if b == nil {
		return 0
	}
	return b.rows.Len()
}

// from yields the entries from an id on, in order.
func (b *book) from(id registry.ID) iter.Seq[entry] {
	return func(yield func(entry) bool) {
		if b != nil {
			b.rows.Ascend(entry{id: id}, yield)
		}
	}
}

// Version counts the commits that made the book.
func (b *book) Version() uint64 { return b.version }

// edit is the next book in the making.
type edit struct {
	*book
	last *book
}

// edit begins the next book. by is the incarnation that writes: one that was killed may still be at it when its successor begins.
func (b *book) edit(by uint64) *edit {
	b.copying.Lock()
	rows := b.rows.Copy()
	b.copying.Unlock()
	log := b.log
	if by != b.by {
		log = slices.Clone(log)
	}
	return &edit{&book{epoch: b.epoch, version: b.version + 1, readOnly: b.readOnly, rows: rows, log: log, by: by}, b}
}

func (e *edit) note(id registry.ID) { e.log = append(e.log, logged{e.version, id}) }

func (e *edit) put(row *index.Row) {
	id := registry.IDOf(row)
	e.rows.Set(entry{id, row, shown(row)})
	e.note(id)
}

func (e *edit) remove(id registry.ID) bool {
	_, had := e.rows.Delete(entry{id: id})
	if had {
		e.note(id)
	}
	return had
}

// done returns the book that was made: the last one if nothing has changed.
func (e *edit) done() *book {
	if len(e.log) == len(e.last.log) && e.readOnly == e.last.readOnly {
		return e.last
	}
	if len(e.log) > 2*maxLog {
		e.log = append(make([]logged, 0, 2*maxLog), e.log[len(e.log)-maxLog:]...)
	}
	return e.book
}

// changes is what turns one book into a later one, by id. It looks at what the log names, or at everything if the log does not go back so far.
func (b *book) changes(since *book) []index.Change {
	if b == since {
		return nil
	}
	if since.len() == 0 {
		all := make([]index.Change, 0, b.len())
		for e := range b.from(registry.ID{}) {
			all = append(all, index.Change{After: e.full})
		}
		return all
	}
	var ids btree.Map[string, registry.ID] // in order, each once
	name := func(id registry.ID) { ids.Set(id.Namespace+"\x00"+id.Name, id) }
	if first, ok := b.logSince(since); ok {
		for _, l := range b.log[first:] {
			name(l.id)
		}
	} else {
		for _, side := range []*book{since, b} {
			for e := range side.from(registry.ID{}) {
				name(e.id)
			}
		}
	}
	var all []index.Change
	for _, id := range ids.Values() {
		was, _ := since.get(id)
		is, _ := b.get(id)
		if was.full != is.full {
			all = append(all, index.Change{Before: was.full, After: is.full})
		}
	}
	return all
}

// logSince is where the log's part behind a book begins.
func (b *book) logSince(since *book) (first int, ok bool) {
	if since == nil || since.epoch != b.epoch || since.version > b.version {
		return 0, false
	}
	for i := len(b.log); i > 0; i-- {
		if b.log[i-1].version <= since.version {
			return i, true
		}
	}
	return 0, len(b.log) < maxLog // a log that was never cut goes back to the first change
}
