// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/puzpuzpuz/xsync/v4"

	"mabeam.dev/cognitive/kind"
)

// The published state of a space: a root that points to chunks of entries. All of it is immutable; a commit copies its chunk and the list of chunks, so that
// it costs the same among ten variables and, nearly, among a hundred thousand.

const chunkBits = 6

type (
	chunk [1 << chunkBits]*entry

	root struct {
		version Version
		at      time.Time
		chunks  []*chunk
		count   int                       // places that are taken, also of variables that are gone
		cells   *xsync.Map[string, *cell] // of the handle; they know their places
	}

	// entry is what is published of one variable.
	entry struct {
		def       *definition
		value     kind.Value
		version   Version
		flags     Flags
		commit    *Commit
		why       error      // of Degraded
		overrides []override // those in force, sorted by scope; nil for most
	}

	// override is a value for some agents.
	override struct {
		scope  string
		commit *Commit
	}
)

// entry returns the entry of a place; nil if there is none.
func (r *root) entry(place int) *entry {
	if r == nil || place>>chunkBits >= len(r.chunks) {
		return nil
	}
	return r.chunks[place>>chunkBits][place&(1<<chunkBits-1)]
}

// find returns the entry of a name; nil if there is none.
func (r *root) find(name string) *entry {
	if r == nil {
		return nil
	}
	c, ok := r.cells.Load(name)
	if !ok {
		return nil
	}
	if e := r.entry(int(c.place.Load())); e != nil && e.def.name == name {
		return e
	}
	return nil // it is gone, or not published yet
}

// all gives the entries of all variables, in the order of addition.
func (r *root) all() iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		if r == nil {
			return
		}
		for place := range r.count {
			if e := r.entry(place); e != nil && !yield(e) {
				return
			}
		}
	}
}

// builder makes the next root: it copies each chunk once, however many of its entries change.
type builder struct {
	r   root
	was []*chunk
}

func (r *root) change() *builder {
	b := &builder{}
	if r != nil {
		b.r, b.was = *r, r.chunks
		b.r.chunks = slices.Clone(r.chunks)
	}
	return b
}

func (b *builder) set(place int, e *entry) {
	at := place >> chunkBits
	for len(b.r.chunks) <= at {
		b.r.chunks = append(b.r.chunks, new(chunk))
	}
	if at < len(b.was) && b.r.chunks[at] == b.was[at] {
		c := *b.was[at]
		b.r.chunks[at] = &c
	}
	b.r.chunks[at][place&(1<<chunkBits-1)] = e
	b.r.count = max(b.r.count, place+1)
}

// forScopes finds what is in force for an agent: the first of its scopes that has a value.
func (e *entry) forScopes(scopes []string) (*Commit, bool) {
	for _, s := range scopes {
		if i, ok := slices.BinarySearchFunc(e.overrides, s, func(o override, s string) int { return strings.Compare(o.scope, s) }); ok {
			return e.overrides[i].commit, true
		}
	}
	return nil, false
}
