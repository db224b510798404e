// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"cmp"
	"slices"

	"mabeam.dev/agents/capability"
)

// needs name a group: what its tasks ask for, and what Spec.Requires asks for tasks of their kind besides.
type needs struct{ task, kind string }

// String shows both.
func (n needs) String() string {
	if n.task == "" || n.kind == "" || n.task == n.kind {
		return cmp.Or(n.task, n.kind)
	}
	return n.task + ", " + n.kind
}

func (q *Queue) needsOf(r *record) needs {
	return needs{task: r.Capability, kind: q.spec.Requires[r.Kind]}
}

// simple reports whether the needs are nothing, or a name of a single task. Such a group is there as long as somebody offers the name, so that
// nobody has to be looked for when tasks come.
func (n needs) simple(wants []capability.Need) bool {
	return n.kind == "" && (n.task == "" || wants[0].Plain() && wants[0].Name() == n.task)
}

// mostSpecial is how many groups with other needs are kept although no task asks for them.
const mostSpecial = 64

// wanted reads a need. Texts that are none come only from journals that are older than needs, and are names.
func wanted(text string) capability.Need {
	need, err := capability.ParseNeed(text)
	if err != nil {
		return capability.Named(text)
	}
	return need
}

// offersOf reads what an agent offers, sorted and each name once: the first that comes, as names are unique in a spec.
func offersOf(texts []string) []capability.Offer {
	all := make([]capability.Offer, 0, len(texts))
	for _, text := range texts {
		o, err := capability.ParseOffer(text)
		if err != nil {
			o = capability.Offer{Name: text}
		}
		if o.Name != "" {
			all = append(all, o)
		}
	}
	slices.SortStableFunc(all, func(a, b capability.Offer) int { return cmp.Compare(a.Name, b.Name) })
	return slices.CompactFunc(all, func(a, b capability.Offer) bool { return a.Name == b.Name })
}

// version is the version of the capability that a worker serves a group with; "" if it has none, or the group asks for no single one.
func (g *group) version(w *worker) string {
	if len(g.wants) == 0 {
		return ""
	}
	at, found := slices.BinarySearchFunc(w.offers, g.wants[0].Name(), func(o capability.Offer, name string) int { return cmp.Compare(o.Name, name) })
	if !found {
		return ""
	}
	return w.offers[at].Version
}

// servedBy reports whether an agent offers all that is wanted.
func (g *group) servedBy(w *worker) bool {
	for _, n := range g.wants {
		if !slices.ContainsFunc(w.offers, n.MetBy) {
			return false
		}
	}
	return true
}

// group finds or makes the group of some needs.
func (q *Queue) group(key needs) *group {
	g := q.groups[key]
	if g != nil {
		return g
	}
	g = &group{key: key, free: heap[*seat]{moved: func(s *seat, i int) { s.slot = i }}}
	g.free.less = func(a, b *seat) bool { return q.placing.prefers(g, a.worker, b.worker) }
	for _, text := range []string{key.task, key.kind} {
		if text != "" {
			g.wants = append(g.wants, wanted(text))
		}
	}
	if len(g.wants) == 2 && key.task == key.kind {
		g.wants = g.wants[:1]
	}
	g.fresh = newLane(g, "", nil)
	q.groups[key] = g
	if key.simple(g.wants) {
		return g
	}
	q.special = append(q.special, g)
	for _, w := range q.byID() { // in order, as the places among the free follow from it
		if g.servedBy(w) {
			q.seat(w, g)
		}
	}
	return g
}

// byID lists the workers in order.
func (q *Queue) byID() []*worker {
	all := make([]*worker, 0, len(q.workers))
	for _, w := range q.workers {
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b *worker) int { return cmp.Compare(a.agent.ID, b.agent.ID) })
	return all
}

// sit gives a worker that is new among the workers, and counted nowhere yet, its seats.
func (q *Queue) sit(w *worker) {
	take := func(g *group) {
		if !slices.ContainsFunc(w.seats, func(s *seat) bool { return s.group == g }) {
			q.seat(w, g)
		}
	}
	take(q.group(needs{}))
	for _, o := range w.offers {
		take(q.group(needs{task: o.Name}))
	}
	for _, g := range q.special {
		if g.servedBy(w) {
			take(g)
		}
	}
}

// seat puts a worker among those who serve a group.
func (q *Queue) seat(w *worker, g *group) {
	s := &seat{worker: w, group: g, slot: -1}
	w.seats = append(w.seats, s)
	g.seats++
	if w.free {
		g.free.push(s)
	}
	g.up += boolCount(w.up)
	g.fresh.count(w, boolCount(w.up), boolCount(w.free))
}

// prune forgets needs that no task has and that nobody meets, and special ones that no task has when there are many of them.
func (q *Queue) prune(g *group) {
	if q.groups[g.key] != g || g.fresh.tasks.len() > 0 || len(g.retried) > 0 {
		return
	}
	special := !g.key.simple(g.wants)
	if g.seats > 0 && (!special || len(q.special) <= mostSpecial) {
		return
	}
	if g.seats > 0 {
		for _, w := range q.workers {
			w.seats = slices.DeleteFunc(w.seats, func(s *seat) bool { return s.group == g })
		}
	}
	delete(q.groups, g.key)
	if special {
		q.special = slices.DeleteFunc(q.special, func(x *group) bool { return x == g })
	}
}
