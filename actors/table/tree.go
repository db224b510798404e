// SPDX-License-Identifier: Apache-2.0

package table

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/tidwall/btree"
)

// pair is an item of a tree, found by its key.
type pair[K, V any] struct {
	key K
	val V
}

type tree[K, V any] = btree.BTreeG[pair[K, V]]

// treeDegree makes nodes of up to twice as many pairs. A write copies the nodes on its path, so they are smaller than the library's own.
const treeDegree = 16

// orderedTable is a table whose keys are sorted. What is published is a tree that nobody changes any more: a writer changes a copy, which
// shares all nodes but those on its path, and then publishes that one.
type orderedTable[K, V any] struct {
	core
	copying sync.Mutex // Copy marks the tree that it copies; readers do not look at the mark
	root    atomic.Pointer[root[tree[K, V]]]
}

func newOrderedTable[K, V any](name string, less func(a, b K) bool, o Options) *orderedTable[K, V] {
	t := &orderedTable[K, V]{}
	t.name, t.kind, t.stored = name, KindOrdered, t
	r := &root[tree[K, V]]{counted: o.CountReads}
	byKey := func(a, b pair[K, V]) bool { return less(a.key, b.key) }
	r.live.Store(btree.NewBTreeGOptions(byKey, btree.Options{Degree: treeDegree, NoLocks: true}))
	t.root.Store(r)
	return t
}

// fork returns a copy of a published tree for one writer to change.
func (t *orderedTable[K, V]) fork(published *tree[K, V]) *tree[K, V] {
	t.copying.Lock()
	defer t.copying.Unlock()
	return published.Copy()
}

func (t *orderedTable[K, V]) handle(ten *tenure) any {
	return &Ordered[K, V]{OrderedReader[K, V]{t, t.root.Load()}, handle{&t.core, ten.author, ten}}
}

func (t *orderedTable[K, V]) rehouse() {
	t.root.Store(t.root.Load().renewed())
}

func (t *orderedTable[K, V]) drop() { t.root.Load().live.Store(nil) }

func (t *orderedTable[K, V]) length() int {
	if live := t.root.Load().live.Load(); live != nil {
		return live.Len()
	}
	return 0
}

func (t *orderedTable[K, V]) pairType() (k, v string) {
	return fmt.Sprintf("%T", *new(K)), fmt.Sprintf("%T", *new(V))
}

func (t *orderedTable[K, V]) weight() int {
	live := t.root.Load().live.Load()
	if live == nil {
		return 0
	}
	inside, beside, some := 0, 0, 0
	live.Walk(func(leaf []pair[K, V]) bool {
		if len(leaf) == 1 && live.Len() > 1 {
			return true // one of the pairs between two leaves
		}
		inside += leafBytes + rounded(leafRoom(len(leaf), cap(leaf))*int(sizeOf[pair[K, V]]()))
		for i := range leaf {
			beside += payload(&leaf[i].key) + payload(&leaf[i].val)
		}
		some += len(leaf)
		return some < weighed
	})
	n := live.Len()
	return emptyTreeBytes + scale(int(innerShare*float64(inside))+beside, some, n)
}
