// SPDX-License-Identifier: Apache-2.0

package index

import (
	"slices"

	"mabeam.dev/agents/query"
)

// Prepared is a query ready to be asked of any View, any number of times and by anybody at once.
type Prepared struct {
	query  query.Query
	order  ordering // without what decides nothing
	root   *node
	terms  [][]literal
	scan   bool // there would be too many terms
	cursor *query.Cursor
}

// Prepare checks a query and brings it into normal form. Its errors are those of [query.Query.Validate].
func Prepare(q query.Query) (*Prepared, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	p := &Prepared{query: q, root: normal(q.Where, false)}
	terms, ok := p.root.terms()
	p.terms, p.scan = terms, !ok
	if q.After != "" {
		c, err := query.ParseCursor(q.After, q.OrderBy)
		if err != nil {
			return nil, err
		}
		p.cursor = &c
	}
	p.order = q.OrderBy
	for i, o := range p.order {
		if o == query.ID.Asc() && q.Namespace != query.AllNamespaces { // that is the order of equals anyway
			if p.order = p.order[:i]; p.cursor != nil {
				p.cursor.Keys = p.cursor.Keys[:i]
			}
			break
		}
	}
	return p, nil
}

// Query returns the query that was prepared.
func (p *Prepared) Query() query.Query { return p.query }

// Matches reports whether a row is one that the query means, wherever it would stand in the order.
func (p *Prepared) Matches(r *Row) bool {
	return (p.query.Namespace == query.AllNamespaces || r.Namespace == p.query.Namespace) && p.root.holds(r)
}

// plan is how a query is answered from one View.
type plan struct {
	space *set
	terms []term
	// check: rows have to be tested besides, by tests if the query has one term, and else whole: a row that the indexes do not show
	// yet may be meant by a term that they say is impossible.
	tests []literal
	check bool
}

// term is one alternative: what its indexes say, the first of them leading, and what is left to test on rows.
type term struct {
	lead  indexed
	by    []indexed
	rest  []literal
	count int
}

// plan finds the way to the rows. wanted is how many rows the caller will look at, 0 if all of them.
func (v *View) plan(p *Prepared, wanted int) plan {
	out := plan{space: v.space(p.query.Namespace)}
	if out.space == nil {
		return out
	}
	if p.scan {
		all := indexed{sets: []*set{out.space}, count: out.space.n}
		out.terms, out.check = []term{{lead: all, count: all.count}}, true
		return out
	}
	for _, literals := range p.terms {
		t, possible := v.term1(literals, p.query.Namespace, out.space, wanted)
		if !possible {
			continue
		}
		out.terms = append(out.terms, t)
		out.check = out.check || t.doubtful()
	}
	if len(p.terms) == 1 && len(out.terms) == 1 {
		t := &out.terms[0]
		out.tests = t.rest
		for _, x := range append([]indexed{t.lead}, t.by...) {
			if len(x.edge) > 0 {
				out.tests = append(out.tests, x.literal)
			}
		}
	}
	return out
}

// doubtful reports whether rows have to be tested.
func (t *term) doubtful() bool {
	return len(t.rest) > 0 || len(t.lead.edge) > 0 || slices.ContainsFunc(t.by, func(x indexed) bool { return len(x.edge) > 0 })
}

// term1 plans one alternative; false if no row can be meant.
func (v *View) term1(literals []literal, namespace string, space *set, wanted int) (term, bool) {
	t := term{}
	whole := indexed{sets: []*set{space}, count: space.n}
	for _, l := range literals {
		x, ok := v.bind(l, namespace)
		switch {
		case !ok:
			t.rest = append(t.rest, l)
		case x.minus && len(x.sets)+len(x.edge) == 0: // nothing to take away
		case !x.minus && x.count == 0:
			return t, false
		default:
			t.by = append(t.by, x)
		}
	}
	if space.n < v.live.n || !slices.ContainsFunc(t.by, func(x indexed) bool { return !x.minus }) {
		t.by = append(t.by, whole)
	}
	slices.SortStableFunc(t.by, func(a, b indexed) int { return a.weight() - b.weight() })
	t.lead, t.by = t.by[0], t.by[1:]
	t.count = min(t.lead.count, space.n)
	t.by = slices.DeleteFunc(t.by, func(x indexed) bool {
		dear := v.dear(x, &t, wanted)
		if dear {
			t.rest = append(t.rest, x.literal)
		}
		return dear
	})
	return t, true
}

// weight orders the indexes of a term: those that can lead come first, the smallest before.
func (x *indexed) weight() int {
	if x.minus {
		return 1 << 40
	}
	return x.count
}

// Costs of a step, in about a nanosecond each, as measured by the benchmarks of this package: one word of one set; a test of a row
// that has to be fetched; of one that is fetched anyway.
const (
	costWord  = 2
	costFetch = 40
	costTest  = 12
)

// dear reports whether testing rows is cheaper than working through the sets of an index: so it is with intervals over many bands
// when few rows are left.
func (v *View) dear(x indexed, t *term, wanted int) bool {
	sets := len(x.sets) + len(x.edge)
	if sets <= 2 || x.atom == nil {
		return false
	}
	words := 0
	for _, s := range slices.Concat(t.lead.sets, t.lead.edge) {
		words += min(s.n, 64*s.leaves)
	}
	byIndex := float64(sets*words) * costWord
	rows, each := float64(t.count), float64(costTest)
	if wanted > 0 {
		share := float64(x.count) / float64(v.live.n)
		if x.neg {
			share = 1 - share
		}
		if need := float64(wanted) / max(share, 1e-6); need < rows {
			rows, each = need, costFetch
		}
	}
	return byIndex > rows*each
}
