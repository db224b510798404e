// SPDX-License-Identifier: Apache-2.0

package index

import (
	"fmt"
	"strings"
)

// Explanation says how a View answered a query: what it chose, by which exact counts, and what it then had to do. It marshals to JSON
// with stable names; String writes it for people.
type Explanation struct {
	// Query is the query as text, Version the version of the View.
	Query   string `json:"query"`
	Version uint64 `json:"version"`
	// Rows are all there are, in every namespace.
	Rows int `json:"rows"`
	// Scan is true if the query has too many alternatives, so that every row is tested.
	Scan bool `json:"scan"`
	// Terms are the alternatives that are not impossible, as planned.
	Terms []TermExplanation `json:"terms"`
	// Candidates are how many rows the indexes name.
	Candidates int `json:"candidates"`
	// Recent is how many rows were written so lately that the indexes do not show them, and that are tested one by one.
	Recent int `json:"recent"`
	// Tested is true if rows have to be tested besides.
	Tested bool `json:"tested"`
	// Path is how the candidates are brought into order.
	Path string `json:"path"`
	// Read is how many rows were looked at, Found how many the answer has.
	Read  int `json:"read"`
	Found int `json:"found"`
}

// TermExplanation is one alternative.
type TermExplanation struct {
	// Lead is the smallest index, By those it is intersected with.
	Lead IndexExplanation   `json:"lead"`
	By   []IndexExplanation `json:"by,omitempty"`
	// Rows is what is tested on rows.
	Rows []string `json:"rows,omitempty"`
}

// IndexExplanation is the use of one index.
type IndexExplanation struct {
	// Condition is what it stands for.
	Condition string `json:"condition"`
	// Count is how many rows it has; of several sets, the sum.
	Count int `json:"count"`
	// Sets is how many sets it takes; Edges how many of them have to be tested on rows.
	Sets  int `json:"sets"`
	Edges int `json:"edges,omitempty"`
	// Minus is true if the rows in the sets are taken away.
	Minus bool `json:"minus,omitempty"`
}

// Explain answers a query and says how.
func (v *View) Explain(p *Prepared) Explanation {
	f := newFinder(v, p, nil)
	f.run()
	e := Explanation{
		Query: p.query.String(), Version: v.version, Rows: v.Len(), Scan: p.scan, Terms: []TermExplanation{},
		Candidates: f.slots.size() + len(f.fresh), Recent: f.recent.size(), Tested: f.plan.check, Path: string(f.path), Read: f.read, Found: len(f.rows),
	}
	if f.want > 0 {
		e.Found = min(e.Found, f.want-1)
	}
	for _, t := range f.plan.terms {
		te := TermExplanation{Lead: t.lead.explain()}
		for _, x := range t.by {
			te.By = append(te.By, x.explain())
		}
		for _, l := range t.rest {
			te.Rows = append(te.Rows, l.String())
		}
		e.Terms = append(e.Terms, te)
	}
	return e
}

func (x *indexed) explain() IndexExplanation {
	e := IndexExplanation{Condition: "every row", Count: x.count, Sets: len(x.sets) + len(x.edge), Edges: len(x.edge), Minus: x.minus}
	if x.atom != nil {
		e.Condition = x.literal.String()
	}
	return e
}

// String writes the explanation in lines.
func (e Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "query: %s\n", e.Query)
	fmt.Fprintf(&b, "rows: %d at version %d\n", e.Rows, e.Version)
	if e.Scan {
		fmt.Fprintf(&b, "scan: more than %d alternatives, every row is tested\n", MaxTerms)
	}
	for i, t := range e.Terms {
		fmt.Fprintf(&b, "term %d: lead %s\n", i+1, t.Lead)
		for _, x := range t.By {
			fmt.Fprintf(&b, "  by %s\n", x)
		}
		for _, r := range t.Rows {
			fmt.Fprintf(&b, "  test %s\n", r)
		}
	}
	fmt.Fprintf(&b, "candidates: %d, besides %d recent rows tested\norder: %s\nread: %d rows, found %d\n", e.Candidates, e.Recent, e.Path, e.Read, e.Found)
	return b.String()
}

// String writes the use of an index in one line.
func (x IndexExplanation) String() string {
	text := fmt.Sprintf("%s (%d rows in %d sets", x.Condition, x.Count, x.Sets)
	if x.Edges > 0 {
		text += fmt.Sprintf(", %d of them tested", x.Edges)
	}
	if x.Minus {
		text += ", all others taken away"
	}
	return text + ")"
}
