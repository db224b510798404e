// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mabeam.dev/internal/nearest"
	"mabeam.dev/internal/node/phase"
)

// dependency is one entry of depends_on, as seen by the supervisor under which both ends are: its child from needs its child to first.
type dependency struct {
	from, to string
	at       string // path of the entry in the file
}

// dependencies checks every depends_on of the tree.
func (d *decoder) dependencies(t *Tree) {
	g := newGraph(t)
	for _, m := range g.mistakes {
		if !d.bad(m.at) {
			d.fail(d.near(m.at), m.at, m.fault)
		}
	}
	for _, under := range g.groups {
		_, err := under.sort()
		for _, one := range joined(err) {
			var circle *phase.CycleError
			if errors.As(one, &circle) {
				d.circle(under, circle)
			}
		}
	}
}

// circle complains at the entry with which a circle begins, and says where it goes on.
func (d *decoder) circle(under *level, c *phase.CycleError) {
	var places []string
	for i, from := range c.Names {
		places = append(places, under.edge(from, c.Names[(i+1)%len(c.Names)]).at)
	}
	here := d.near(places[0])
	f := fault{code: CodeCycle, reason: "children depend on each other: " + c.Circle(), got: c.Names[1%len(c.Names)]}
	if len(c.Names) == 1 {
		f.reason = "the child depends on itself: " + c.Circle()
	}
	for i, at := range places[1:] {
		if i > 0 {
			f.hint += ", "
		}
		f.hint += beside(d.near(at), here)
	}
	if f.hint != "" {
		f.hint = "it goes on " + f.hint
	}
	d.fail(here, places[0], f)
}

// mistake is an entry that names no child it could wait for.
type mistake struct {
	at string
	fault
}

// graph is what the children of a tree need of each other.
type graph struct {
	root     *level
	groups   []*level // from the root down, in the order of the file
	mistakes []mistake
}

// level is one supervisor of the tree.
type level struct {
	children []string          // ids in the order of the file
	below    map[string]*level // all of them by id; nil for those that are no supervisors
	needs    []dependency
}

func (l *level) sort() ([]string, error) {
	needs := map[string][]string{}
	for _, e := range l.needs {
		needs[e.from] = append(needs[e.from], e.to)
	}
	return phase.Sort(l.children, needs)
}

func (l *level) edge(from, to string) dependency {
	return l.needs[slices.IndexFunc(l.needs, func(e dependency) bool { return e.from == from && e.to == to })]
}

// newGraph collects what a tree says. An entry between children of different supervisors holds for those that stand side by side above them.
func newGraph(t *Tree) *graph {
	g := &graph{}
	g.root = g.level(t.Group)
	g.collect(t.Group, "tree", nil)
	return g
}

func (g *graph) level(of Group) *level {
	l := &level{below: map[string]*level{}}
	g.groups = append(g.groups, l)
	for _, c := range of.Children {
		if _, twice := l.below[c.ID]; twice || c.ID == "" {
			continue // a mistake of its own
		}
		l.children = append(l.children, c.ID)
		l.below[c.ID] = nil
		if c.Kind == KindSupervisor {
			l.below[c.ID] = g.level(c.Group)
		}
	}
	return l
}

func (g *graph) collect(of Group, path string, above []string) {
	for i, c := range of.Children {
		at := item(path+".children", i)
		own := append(slices.Clone(above), c.ID)
		for j, text := range c.DependsOn {
			g.entry(own, text, item(at+".depends_on", j))
		}
		if c.Kind == KindSupervisor {
			g.collect(c.Group, at, own)
		}
	}
}

// entry resolves one name that the child at own depends on.
func (g *graph) entry(own []string, text, at string) {
	target, f := g.resolve(own, text)
	if f != nil {
		g.mistakes = append(g.mistakes, mistake{at, *f})
		return
	}
	n := 0
	for n < len(own) && n < len(target) && own[n] == target[n] {
		n++
	}
	if n == len(own) || n == len(target) {
		if len(own) != len(target) {
			reason := fmt.Sprintf("%s is above the child and starts it", quote(text))
			if n == len(own) {
				reason = fmt.Sprintf("%s is below the child, which starts it", quote(text))
			}
			g.mistakes = append(g.mistakes, mistake{at, fault{code: CodeConflict, reason: reason, got: text}})
			return
		}
		n-- // the child itself
	}
	under := g.root
	for _, id := range own[:n] {
		under = under.below[id]
	}
	under.needs = append(under.needs, dependency{from: own[n], to: target[n], at: at})
}

// resolve finds the path of a child by its name as seen from another one: its first part is a sibling, or else a sibling of the nearest
// supervisor above that has one of the name; the other parts go down from there.
func (g *graph) resolve(own []string, text string) ([]string, *fault) {
	parts := strings.Split(text, "/")
	scope := []*level{g.root} // from the root to the own supervisor
	for _, id := range own[:len(own)-1] {
		scope = append(scope, scope[len(scope)-1].below[id])
	}
	for n, l := range slices.Backward(scope) {
		if _, there := l.below[parts[0]]; there {
			return append(slices.Clone(own[:n]), parts...), l.missing(parts, text)
		}
	}
	var near []string
	for _, l := range slices.Backward(scope) {
		near = append(near, l.children...)
	}
	f := &fault{code: CodeUnknownValue, reason: "there is no child " + quote(text), got: text}
	if word := nearest.Word(parts[0], near); word != "" {
		f.suggestion = strings.Join(append([]string{word}, parts[1:]...), "/")
	} else if len(parts) == 1 {
		f.suggestion = g.elsewhere(text)
	}
	return nil, f
}

// missing explains a path below l to no child; nil if there is one.
func (l *level) missing(parts []string, text string) *fault {
	for i, id := range parts {
		f := &fault{code: CodeUnknownValue, reason: "there is no child " + quote(text), got: text}
		if l == nil {
			f.hint = quote(parts[i-1]) + " has no children"
			return f
		}
		if _, there := l.below[id]; !there {
			if near := nearest.Word(id, l.children); near != "" {
				fixed := slices.Clone(parts)
				fixed[i] = near
				f.suggestion = strings.Join(fixed, "/")
			}
			return f
		}
		l = l.below[id]
	}
	return nil
}

// elsewhere finds the path of the first child with an id, anywhere in the tree; empty if there is none.
func (g *graph) elsewhere(id string) string {
	var find func(l *level, path []string) string
	find = func(l *level, path []string) string {
		for _, c := range l.children {
			at := append(slices.Clone(path), c)
			if c == id && len(path) > 0 {
				return strings.Join(at, "/")
			}
			if sub := l.below[c]; sub != nil {
				if found := find(sub, at); found != "" {
					return found
				}
			}
		}
		return ""
	}
	return find(g.root, nil)
}

// Ordered returns the tree with the children of every supervisor in the order in which they start: each behind what it depends on, and
// otherwise as written. The tree must be valid; it is not changed.
func (t Tree) Ordered() Tree {
	t.Group = ordered(t.Group, newGraph(&t).root)
	return t
}

func ordered(g Group, l *level) Group {
	order, _ := l.sort() // valid, so everything has a place
	byID := map[string]Child{}
	for _, c := range g.Children {
		byID[c.ID] = c
	}
	var children []Child
	for _, id := range order {
		c := byID[id]
		if sub := l.below[id]; sub != nil {
			c.Group = ordered(c.Group, sub)
		}
		children = append(children, c)
	}
	g.Children = children
	return g
}
