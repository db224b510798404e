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

// hash is FNV-1a with a last stir, so that also the high bits depend on every byte.
func (k key) hash() uint64 {
	h := uint64(14695981039346656037)
	h = (h ^ uint64(k.what)) * 1099511628211
	for i := range len(k.a) {
		h = (h ^ uint64(k.a[i])) * 1099511628211
	}
	h = (h ^ 0xff) * 1099511628211
	for i := range len(k.b) {
		h = (h ^ uint64(k.b[i])) * 1099511628211
	}
	h ^= h >> 32
	h *= 0xd6e8feb86659fd93
	return h ^ h>>32
}

// dict is a persistent dictionary: a trie over hashes, 64 ways wide. The nil dict is the empty one. It is changed as a set is.
type dict[V any] struct {
	edit uint64
	// Bit i of deeper: there is a node for hashes whose digit here is i. Bit i of here: there is one item with that digit.
	deeper, here uint64
	nodes        []*dict[V]
	items        []*item[V]
}

// item is one key and its value; items are never changed, so nodes share them.
type item[V any] struct {
	key key
	val V
}

// bottom is the level where hashes have no digits left: all items of a node there have the same hash and stand in a row.
const bottom = 11

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
		bit := uint64(1) << (h & 63)
		if d.here&bit != 0 {
			if it := d.items[bits.OnesCount64(d.here&(bit-1))]; it.key == k {
				return it.val, true
			}
			return v, false
		}
		if d.deeper&bit == 0 {
			return v, false
		}
		d = d.nodes[bits.OnesCount64(d.deeper&(bit-1))]
		h >>= 6
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
	bit := uint64(1) << (h & 63)
	i, n := bits.OnesCount64(d.here&(bit-1)), bits.OnesCount64(d.deeper&(bit-1))
	switch {
	case d.deeper&bit != 0:
		d.nodes[n] = d.nodes[n].put(edit, h>>6, level+1, it)
	case d.here&bit == 0:
		d.here |= bit
		d.items = slices.Insert(d.items, i, it)
	case d.items[i].key == it.key:
		d.items[i] = it
	default: // two keys with this digit: both go one level down
		old := d.items[i]
		below := (*dict[V])(nil).put(edit, old.key.hash()>>(6*(level+1)), level+1, old).put(edit, h>>6, level+1, it)
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
	} else if bit := uint64(1) << (h & 63); d.here&bit != 0 {
		i := bits.OnesCount64(d.here & (bit - 1))
		d.here &^= bit
		d.items = slices.Delete(d.items, i, i+1)
	} else {
		n := bits.OnesCount64(d.deeper & (bit - 1))
		if d.nodes[n] = d.nodes[n].drop(edit, h>>6, level+1, k); d.nodes[n] == nil {
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
