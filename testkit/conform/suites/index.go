// SPDX-License-Identifier: Apache-2.0

package suites

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// IndexPage is the page that counts the others, below their folder.
const IndexPage = "README.md"

// Counts are the rows of one table, or of all.
type Counts struct {
	// Cases are all rows; Held those that name a test; NotApplicable the others.
	Cases, Held, NotApplicable int
}

// Count counts the rows.
func (t Table) Count() Counts {
	c := Counts{Cases: len(t.Rows)}
	for _, r := range t.Rows {
		if r.Applies() {
			c.Held++
		} else {
			c.NotApplicable++
		}
	}
	return c
}

// Index renders the page that counts the rows of all tables, by the name of their page.
func Index(tables []Table) string {
	tables = slices.Clone(tables)
	slices.SortFunc(tables, func(a, b Table) int { return strings.Compare(a.Page, b.Page) })
	var b strings.Builder
	b.WriteString(`# Other projects' test suites

<!-- Written by go test ./testkit/conform/suites -run Index -update; do not edit. -->

Each page lists the cases of one foreign test suite in their order, says in our own words what each asserts, and names the test of ours
that holds the same law, or why the case has no counterpart here. A test fails when a row names a test that does not exist.

| Suite | Cases | Held by tests of ours | Do not apply |
|---|---:|---:|---:|
`)
	all := Counts{}
	for _, t := range tables {
		c := t.Count()
		fmt.Fprintf(&b, "| [%s](%s) | %d | %d | %d |\n", t.Title, path.Base(t.Page), c.Cases, c.Held, c.NotApplicable)
		all.Cases += c.Cases
		all.Held += c.Held
		all.NotApplicable += c.NotApplicable
	}
	fmt.Fprintf(&b, "| All | %d | %d | %d |\n", all.Cases, all.Held, all.NotApplicable)
	return b.String()
}
