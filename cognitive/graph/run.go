// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"cmp"
	"slices"
)

// Run is one recomputation after a change. It is made by [Graph.Changed] and belongs to its maker.
type Run struct {
	g    *Graph
	due  []*node // what is to be computed, next first
	busy *node   // what Next gave last
}

// Changed begins the recomputation after names have changed, all at once. Names that are not there are nobody's inputs.
func (g *Graph) Changed(changed ...string) *Run {
	r := &Run{g: g}
	for _, name := range changed {
		r.ask(g.nodes[name])
	}
	return r
}

// ask makes what is computed from n due.
func (r *Run) ask(n *node) {
	for _, o := range n.outputs() {
		at, there := slices.BinarySearchFunc(r.due, o, before)
		if !there {
			r.due = slices.Insert(r.due, at, o)
		}
	}
}

func before(a, b *node) int {
	return cmp.Or(cmp.Compare(a.height, b.height), cmp.Compare(a.place, b.place))
}

// Next returns what is to be computed next; ok is false when nothing is left. All its inputs have their new values.
func (r *Run) Next() (name string, ok bool) {
	if len(r.due) == 0 {
		return "", false
	}
	r.busy, r.due = r.due[0], r.due[1:]
	return r.busy.name, true
}

// Done says whether what Next gave has another value now.
func (r *Run) Done(name string, changed bool) {
	if changed && r.busy != nil && r.busy.name == name {
		r.ask(r.busy)
	}
	r.busy = nil
}

// Downstream returns all that could have to be computed after a change of names, in the order of computing.
func (g *Graph) Downstream(changed ...string) []string {
	var all []string
	for r := g.Changed(changed...); ; {
		name, ok := r.Next()
		if !ok {
			return all
		}
		all = append(all, name)
		r.Done(name, true)
	}
}
