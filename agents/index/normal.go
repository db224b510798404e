// SPDX-License-Identifier: Apache-2.0

package index

import (
	"slices"

	"mabeam.dev/agents/query"
)

// MaxTerms is how many alternatives a query's normal form may have. A query with more is answered by testing every row of the namespace.
const MaxTerms = 64

// node is a condition in negation normal form: one literal, or several nodes of which all or some hold.
type node struct {
	op   nodeOp
	lit  literal
	kids []*node
}

type nodeOp uint8

const (
	leafNode nodeOp = iota
	allNode         // with no kids: true
	someNode        // with no kids: false
)

// holds tests a row.
func (n *node) holds(r *Row) bool {
	switch n.op {
	case leafNode:
		return n.lit.holds(r)
	case allNode:
		for _, k := range n.kids {
			if !k.holds(r) {
				return false
			}
		}
		return true
	default:
		for _, k := range n.kids {
			if k.holds(r) {
				return true
			}
		}
		return false
	}
}

// normal brings a valid condition, or the opposite of one, into negation normal form.
func normal(e query.Expr, neg bool) *node {
	switch e := e.(type) {
	case query.Comparison:
		return comparison(e, neg)
	case query.Absence:
		return leafOf(&atom{kind: missing, field: e.Field}, neg)
	case query.Conjunction:
		return several(e.Of, neg, neg)
	case query.Disjunction:
		return several(e.Of, neg, !neg)
	case query.Negation:
		return normal(e.Of, !neg)
	default: // nil holds for everybody
		return join(neg, nil)
	}
}

func several(of []query.Expr, neg, some bool) *node {
	kids := make([]*node, 0, len(of))
	for _, e := range of {
		kids = append(kids, normal(e, neg))
	}
	return join(some, kids)
}

func leafOf(a *atom, neg bool) *node { return &node{op: leafNode, lit: literal{a, neg}} }

// join makes one node of several, without nodes of its own kind inside.
func join(some bool, kids []*node) *node {
	n := &node{op: allNode}
	if some {
		n.op = someNode
	}
	for _, k := range kids {
		if k.op == n.op {
			n.kids = append(n.kids, k.kids...)
		} else {
			n.kids = append(n.kids, k)
		}
	}
	if some {
		n.merge()
	}
	if len(n.kids) == 1 {
		return n.kids[0]
	}
	return n
}

// merge makes one atom of several that ask for values of the same field, of which one is enough.
func (n *node) merge() {
	var first []*node
	kept := n.kids[:0:0]
	for _, k := range n.kids {
		if k.op != leafNode || k.lit.neg || k.lit.kind != anyOf {
			kept = append(kept, k)
			continue
		}
		if i := slices.IndexFunc(first, func(f *node) bool { return f.lit.field == k.lit.field }); i >= 0 {
			a := *first[i].lit.atom
			a.values = sortValues(slices.Concat(a.values, k.lit.values))
			first[i].lit.atom = &a
			continue
		}
		c := *k
		first = append(first, &c)
		kept = append(kept, &c)
	}
	n.kids = kept
}

func sortValues(values []query.Value) []query.Value {
	values = slices.Clone(values)
	slices.SortFunc(values, query.Value.Compare)
	return slices.Compact(values)
}

func comparison(c query.Comparison, neg bool) *node {
	a := &atom{kind: between, field: c.Field, lo: bound{open: true}, hi: bound{open: true}}
	switch c.Op {
	case query.Eq, query.In:
		a.kind, a.values = anyOf, sortValues(c.Values)
	case query.Neq, query.NotIn: // there is a value, and it is none of these
		a.kind, a.values = anyOf, sortValues(c.Values)
		gone := leafOf(&atom{kind: missing, field: c.Field}, !neg)
		return join(neg, []*node{leafOf(a, !neg), gone})
	case query.Prefix:
		a.kind, a.values = below, c.Values
	case query.Gt, query.Gte:
		a.lo = bound{value: c.Values[0], inclusive: c.Op == query.Gte}
	case query.Lt, query.Lte:
		a.hi = bound{value: c.Values[0], inclusive: c.Op == query.Lte}
	}
	return leafOf(a, neg)
}

// terms brings a node into disjunctive normal form: alternatives, each of literals that must all hold. It gives up, with false, if there
// would be more than MaxTerms.
func (n *node) terms() ([][]literal, bool) {
	if n.count() > MaxTerms {
		return nil, false
	}
	return n.expand(), true
}

// count returns how many terms there would be, or something above MaxTerms.
func (n *node) count() int {
	switch n.op {
	case leafNode:
		return 1
	case allNode:
		c := 1
		for _, k := range n.kids {
			if c *= k.count(); c > MaxTerms {
				return MaxTerms + 1
			}
		}
		return c
	default:
		c := 0
		for _, k := range n.kids {
			if c += k.count(); c > MaxTerms {
				return MaxTerms + 1
			}
		}
		return c
	}
}

func (n *node) expand() [][]literal {
	switch n.op {
	case leafNode:
		return [][]literal{{n.lit}}
	case allNode:
		all := [][]literal{nil}
		for _, k := range n.kids {
			var next [][]literal
			more := k.expand()
			for _, t := range all {
				for _, m := range more {
					next = append(next, slices.Concat(t, m))
				}
			}
			all = next
		}
		for i, t := range all {
			all[i] = narrow(t)
		}
		return all
	default:
		var all [][]literal
		for _, k := range n.kids {
			all = append(all, k.expand()...)
		}
		return all
	}
}

// narrow makes one interval of several of the same field, and leaves out what a term says twice: that there is a value, beside a
// condition on it.
func narrow(term []literal) []literal {
	var out []literal
	for _, l := range term {
		i := slices.IndexFunc(out, func(o literal) bool {
			return !o.neg && !l.neg && o.kind == between && l.kind == between && o.field == l.field
		})
		if i < 0 {
			out = append(out, l)
			continue
		}
		a := *out[i].atom
		if a.lo.open || !l.lo.open && (l.lo.value.Compare(a.lo.value) > 0 || l.lo.value == a.lo.value && !l.lo.inclusive) {
			a.lo = l.lo
		}
		if a.hi.open || !l.hi.open && (l.hi.value.Compare(a.hi.value) < 0 || l.hi.value == a.hi.value && !l.hi.inclusive) {
			a.hi = l.hi
		}
		out[i].atom = &a
	}
	return slices.DeleteFunc(out, func(l literal) bool {
		return l.kind == missing && l.neg && slices.ContainsFunc(out, func(o literal) bool {
			return o.field == l.field && o.kind != missing && !o.neg
		})
	})
}
