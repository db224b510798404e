// SPDX-License-Identifier: Apache-2.0

package index

import (
	"math/bits"
	"slices"
)

// key is what a dictionary is asked for: a name in a space, and what kind of name it is.
type key struct {
	what uint8
	a, b string
}

// hash takes eight bytes at a time, the lengths too, and stirs at last, so that all bits depend on every byte.
func (k key) hash() uint64 {
	h := (uint64(k.what)<<32 ^ uint64(len(k.a))) * stir
	return mix(hashText(hashText(h, k.a), k.b))
}

const stir = 0xd6e8feb86659fd93

func mix(h uint64) uint64 {
	h ^= h >> 32
	h *= stir
	return h ^ h>>32
}

func hashText(h uint64, s string) uint64 {
	for len(s) >= 8 {
		h = (h ^ word(s, 8)) * stir
		h ^= h >> 29
		s = s[8:]
	}
	h = (h ^ word(s, len(s)) ^ uint64(len(s))<<56) * stir
	return h ^ h>>29
}

// word makes a number of the first n bytes, at most eight.
func word(s string, n int) uint64 {
	if n == 8 {
		_ = s[7]
		return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	}
	w := uint64(0)
	for i := range n {
		w |= uint64(s[i]) << (8 * i)
	}
	return w
}

// dict is a persistent dictionary: a trie over hashes, 32 ways wide: a wider one copies more for each write, a narrower one is deeper. The nil dict is the empty one. It is changed as a set is.
type dict[V any] struct {
	edit uint64
	// Bit i of deeper: there is a node for hashes whose digit here is i. Bit i of here: there is one item with that digit.
	deeper, here uint32
	nodes        []*dict[V]
	items        []*item[V]
}

// item is one key and its value; items are never changed, so nodes share them.
type item[V any] struct {
	key key
	val V
}

// bottom is the level where hashes have no digits left: all items of a node there have the same hash and stand in a row.
const bottom = 64 / digit

// digit is how many bits of a hash one level takes.
const digit = 5

func bitOf(h uint64) uint32 { return 1 << (h & (1<<digit - 1)) }

// rank returns where the item or the node of a bit stands among those that there are.
func rank(have, bit uint32) int { return bits.OnesCount32(have & (bit - 1)) }

// get finds the value of a key.
func (d *dict[V]) get(k key) (v V, ok bool) { return d.find(k.hash(), k) }

// find is get for who knows the hash.
func (d *dict[V]) find(h uint64, k key) (v V, ok bool) {
	for level := 0; d != nil; level++ {
		if level == bottom {
			for i := range d.items {
				if d.items[i].key == k {
					return d.items[i].val, true
				}
			}
			return v, false
		}
		bit := bitOf(h)
		if d.here&bit != 0 {
			if it := d.items[rank(d.here, bit)]; it.key == k {
				return it.val, true
			}
			return v, false
		}
		if d.deeper&bit == 0 {
			return v, false
		}
		d = d.nodes[rank(d.deeper, bit)]
		h >>= digit
	}
	return v, false
}

// with returns the dictionary with a value for a key.
func (d *dict[V]) with(edit uint64, k key, v V) *dict[V] {
	return d.put(edit, k.hash(), 0, &item[V]{k, v})
}

func (d *dict[V]) put(edit, h uint64, level int, it *item[V]) *dict[V] {
	d = d.own(edit)
	if level == bottom {
		if i := slices.IndexFunc(d.items, func(o *item[V]) bool { return o.key == it.key }); i >= 0 {
			d.items[i] = it
		} else {
			d.items = append(d.items, it)
		}
		return d
	}
	bit := bitOf(h)
	i, n := rank(d.here, bit), rank(d.deeper, bit)
	switch {
	case d.deeper&bit != 0:
		d.nodes[n] = d.nodes[n].put(edit, h>>digit, level+1, it)
	case d.here&bit == 0:
		d.here |= bit
		d.items = slices.Insert(d.items, i, it)
	case d.items[i].key == it.key:
		d.items[i] = it
	default: // two keys with this digit: both go one level down
		old := d.items[i]
		below := (*dict[V])(nil).put(edit, old.key.hash()>>(digit*(level+1)), level+1, old).put(edit, h>>digit, level+1, it)
		d.here &^= bit
		d.items = slices.Delete(d.items, i, i+1)
		d.deeper |= bit
		d.nodes = slices.Insert(d.nodes, n, below)
	}
	return d
}

// without returns the dictionary without a key.
func (d *dict[V]) without(edit uint64, k key) *dict[V] {
	if _, ok := d.get(k); !ok {
		return d
	}
	return d.drop(edit, k.hash(), 0, k)
}

// drop takes out a key that is there; nil if nothing is left.
func (d *dict[V]) drop(edit, h uint64, level int, k key) *dict[V] {
	d = d.own(edit)
	if level == bottom {
		d.items = slices.DeleteFunc(d.items, func(o *item[V]) bool { return o.key == k })
	} else if bit := bitOf(h); d.here&bit != 0 {
		i := rank(d.here, bit)
		d.here &^= bit
		d.items = slices.Delete(d.items, i, i+1)
	} else {
		n := rank(d.deeper, bit)
		if d.nodes[n] = d.nodes[n].drop(edit, h>>digit, level+1, k); d.nodes[n] == nil {
			d.deeper &^= bit
			d.nodes = slices.Delete(d.nodes, n, n+1)
		}
	}
	if len(d.items)+len(d.nodes) == 0 {
		return nil
	}
	return d
}

// own returns a node that this edit may change: itself or a copy.
func (d *dict[V]) own(edit uint64) *dict[V] {
	if d == nil {
		return &dict[V]{edit: edit}
	}
	if d.edit == edit {
		return d
	}
	return &dict[V]{edit: edit, deeper: d.deeper, here: d.here, nodes: slices.Clone(d.nodes), items: slices.Clone(d.items)}
}

// each calls yield with every item, in no order that means anything.
func (d *dict[V]) each(yield func(key, V)) {
	if d == nil {
		return
	}
	for i := range d.items {
		yield(d.items[i].key, d.items[i].val)
	}
	for _, n := range d.nodes {
		n.each(yield)
	}
}
