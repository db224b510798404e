// SPDX-License-Identifier: Apache-2.0

package work

import (
	"github.com/puzpuzpuz/xsync/v4"
	"github.com/tidwall/btree"

	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
)

// Set looks up keys, n of which there are, in a set table that another process owns.
func Set(n int) *Lookup {
	sys := actors.New(actors.Options{})
	bare := xsync.NewMap[int, int]()
	for i := range n {
		bare.Store(i, i)
	}
	reader := owned(sys, func(c *actors.Context[*Item]) table.SetReader[int, int] {
		t := got(table.NewSet[int, int](c, "bench", table.Options{}))
		for i := range n {
			must(t.Put(i, i))
		}
		return t.Reader()
	})
	return lookup(numbers(n), func() { closed(sys) },
		func(key int) bool {
			v, found, err := reader.Lookup(key)
			return err == nil && found && v == key
		},
		func(key int) bool {
			v, found := bare.Load(key)
			return found && v == key
		})
}

// Ordered does the same in an ordered table; the bare counterpart is the tree that it is made of.
func Ordered(n int) *Lookup {
	less := func(a, b int) bool { return a < b }
	sys := actors.New(actors.Options{})
	bare := btree.NewBTreeGOptions(less, btree.Options{NoLocks: true})
	for i := range n {
		bare.Set(i)
	}
	reader := owned(sys, func(c *actors.Context[*Item]) table.OrderedReader[int, int] {
		t := got(table.NewOrdered[int, int](c, "bench", less, table.Options{}))
		for i := range n {
			must(t.Put(i, i))
		}
		return t.Reader()
	})
	return lookup(numbers(n), func() { closed(sys) },
		func(key int) bool {
			v, found, err := reader.Lookup(key)
			return err == nil && found && v == key
		},
		func(key int) bool {
			v, found := bare.Get(key)
			return found && v == key
		})
}

// owned starts a process that makes something in its Init and goes on to own it, and returns what it made.
func owned[T any](sys *actors.System, make func(*actors.Context[*Item]) T) T {
	out := new(T)
	actors.MustSpawn(sys, "owner", func() actors.Behavior[*Item] { return owner(func(c *actors.Context[*Item]) { *out = make(c) }) })
	return *out // Spawn has waited for Init
}

// owner is a process that does something in its Init.
type owner func(*actors.Context[*Item])

// Init does it.
func (o owner) Init(c *actors.Context[*Item]) error {
	o(c)
	return nil
}

// Receive is never reached: nobody knows the owner.
func (owner) Receive(*actors.Context[*Item], *Item) error { return nil }

func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
