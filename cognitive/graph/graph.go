// SPDX-License-Identifier: Apache-2.0

package graph

import (
	"cmp"
	"fmt"
	"slices"
)

// Graph knows what is computed from what. Its owner is whoever made it.
type Graph struct {
	nodes map[string]*node
	added int // names so far, also of those that are gone
}

// node is one name. A name without inputs has height 0; any other one more than the highest of its inputs.
type node struct {
	name   string
	place  int // in the order of addition
	height int
	in     []*node
	out    []*node // by place
}

// New returns an empty graph.
func New() *Graph { return &Graph{nodes: map[string]*node{}} }

// Has reports whether a name is there.
func (g *Graph) Has(name string) bool { return g.nodes[name] != nil }

// Height is 0 for what has no inputs, else one more than the greatest height of its inputs; −1 for what is not there.
func (g *Graph) Height(name string) int {
	if n := g.nodes[name]; n != nil {
		return n.height
	}
	return -1
}

// Inputs returns what a name is computed from, in the order in which they were given.
func (g *Graph) Inputs(name string) []string { return names(g.nodes[name].inputs()) }

// Dependents returns what is computed directly from a name, in the order of addition.
func (g *Graph) Dependents(name string) []string { return names(g.nodes[name].outputs()) }

// Feeds reports whether anything is computed directly from a name.
func (g *Graph) Feeds(name string) bool { return len(g.nodes[name].outputs()) > 0 }

func (n *node) inputs() []*node {
	if n == nil {
		return nil
	}
	return n.in
}

func (n *node) outputs() []*node {
	if n == nil {
		return nil
	}
	return n.out
}

func names(nodes []*node) []string {
	all := make([]string, len(nodes))
	for i, n := range nodes {
		all[i] = n.name
	}
	return all
}

// Add adds a name with what it is computed from; without inputs it is a source. Errors: ErrDuplicate, *UnknownError, *CycleError if it is its own input.
func (g *Graph) Add(name string, inputs ...string) error {
	if g.nodes[name] != nil {
		return fmt.Errorf("graph: add %q: %w", name, ErrDuplicate)
	}
	if slices.Contains(inputs, name) {
		return &CycleError{Path: []string{name, name}}
	}
	in, err := g.find(name, inputs)
	if err != nil {
		return err
	}
	n := &node{name: name, place: g.added}
	g.added++
	g.nodes[name] = n
	n.connect(in)
	return nil
}

// Replace gives a name other inputs. Errors: *UnknownError, *CycleError.
func (g *Graph) Replace(name string, inputs ...string) error {
	n := g.nodes[name]
	if n == nil {
		return &UnknownError{Name: name}
	}
	in, err := g.find(name, inputs)
	if err != nil {
		return err
	}
	for _, i := range in {
		if path := i.pathFrom(n); path != nil {
			return &CycleError{Path: append([]string{name}, path...)}
		}
	}
	n.disconnect()
	n.connect(in)
	n.raise()
	return nil
}

// Remove takes a name away. Errors: *UnknownError, *DependedError.
func (g *Graph) Remove(name string) error {
	n := g.nodes[name]
	switch {
	case n == nil:
		return &UnknownError{Name: name}
	case len(n.out) > 0:
		return &DependedError{Name: name, By: names(n.out)}
	}
	n.disconnect()
	delete(g.nodes, name)
	return nil
}

func (g *Graph) find(name string, inputs []string) ([]*node, error) {
	var in []*node
	for _, i := range inputs {
		n := g.nodes[i]
		if n == nil {
			return nil, &UnknownError{Name: name, Input: i}
		}
		if !slices.Contains(in, n) {
			in = append(in, n)
		}
	}
	return in, nil
}

// pathFrom returns the names from n back to source, each an input of the one before it, or nil if n does not depend on source.
func (n *node) pathFrom(source *node) []string {
	seen := map[*node]bool{}
	var search func(n *node) []string
	search = func(n *node) []string {
		if n == source {
			return []string{n.name}
		}
		if seen[n] || n.height <= 0 {
			return nil
		}
		seen[n] = true
		for _, i := range n.in {
			if path := search(i); path != nil {
				return append([]string{n.name}, path...)
			}
		}
		return nil
	}
	return search(n)
}

func (n *node) connect(in []*node) {
	n.in = in
	for _, i := range in {
		at, _ := slices.BinarySearchFunc(i.out, n, func(a, b *node) int { return cmp.Compare(a.place, b.place) })
		i.out = slices.Insert(i.out, at, n)
	}
	n.height = n.needs()
}

func (n *node) disconnect() {
	for _, i := range n.in {
		i.out = slices.DeleteFunc(i.out, func(o *node) bool { return o == n })
	}
	n.in = nil
}

func (n *node) needs() int {
	h := 0
	for _, i := range n.in {
		h = max(h, i.height+1)
	}
	return h
}

// raise brings the heights of all that is computed from n up to date.
func (n *node) raise() {
	for _, o := range n.out {
		if h := o.needs(); h != o.height {
			o.height = h
			o.raise()
		}
	}
}
