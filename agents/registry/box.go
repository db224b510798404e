// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"slices"

	"mabeam.dev/agents/index"
)

// box gathers the changes that a process has not taken yet. While they are few they are kept as they are; when they are more than the limit,
// each agent's are folded into one from then on.
type box struct {
	changes []Change
	folded  map[ID]int // where the change of an agent is; nil while every change is there
	nothing int        // changes that were folded away and still stand in the list
	gap     bool
}

func (b *box) add(changes []Change, limit int) {
	if b.folded == nil && len(b.changes)+len(changes) <= limit {
		b.changes = append(b.changes, changes...)
		return
	}
	if b.folded == nil {
		before := b.changes
		b.folded, b.changes, b.gap = make(map[ID]int, len(before)), nil, true
		for _, c := range before {
			b.fold(c)
		}
	}
	for _, c := range changes {
		b.fold(c)
	}
	if b.nothing > len(b.changes)/2 {
		b.compact()
	}
}

// fold joins a change to the earlier one of the same agent. What they come to stands where the later one does.
func (b *box) fold(c Change) {
	id := c.ID()
	if at, ok := b.folded[id]; ok {
		c = b.changes[at].then(c)
		b.changes[at] = Change{}
		b.nothing++
		delete(b.folded, id)
	}
	if c.Effect != index.None {
		b.folded[id] = len(b.changes)
		b.changes = append(b.changes, c)
	}
}

// then returns what two changes of one agent come to.
func (c Change) then(next Change) Change {
	was, is := c.Effect != index.Added, next.Effect != index.Removed // whether the query meant it before, and means it after
	both := Change{Before: c.Before, After: next.After, Version: next.Version}
	switch {
	case was && is:
		both.Effect = index.Changed
	case was:
		both.Effect = index.Removed
	case is:
		both.Effect = index.Added
	}
	return both
}

func (b *box) compact() {
	b.changes, b.nothing = slices.DeleteFunc(b.changes, func(c Change) bool { return c.Effect == index.None }), 0
	for i, c := range b.changes {
		b.folded[c.ID()] = i
	}
}

func (b *box) notice() Notice {
	if b.nothing > 0 {
		b.compact()
	}
	return Notice{Changes: b.changes, Gap: b.gap}
}
