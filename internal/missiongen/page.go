// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
)

const intro = `# Mission

What Mabeam owes, row by row, and the tests that hold each row. Written by ` + "`make mission`" + ` from the comments
` + "`// Holds: ID`" + ` above test functions; do not edit. *Open* means that no test holds the row yet. [C] marks rows that need
several nodes.
`

// page renders the reference, areas and rows in the order of the list.
func page(rows []Row, claims Claims) string {
	var b strings.Builder
	b.WriteString(intro)
	fmt.Fprintf(&b, "\n%s.\n", count(rows, claims))
	area := ""
	for _, r := range rows {
		if r.Area != area {
			area = r.Area
			fmt.Fprintf(&b, "\n## %s\n\n| Row | What | Held by |\n|---|---|---|\n", area)
		}
		id := r.ID
		if r.Cluster {
			id += " [C]"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", id, r.Named, holders(claims[r.ID]))
	}
	return b.String()
}

func holders(tests []string) string {
	if len(tests) == 0 {
		return "open"
	}
	return "`" + strings.Join(tests, "`, `") + "`"
}

// count says how far along the mission is, with the rows of one node apart from those that need several.
func count(rows []Row, claims Claims) string {
	var held, single, heldSingle int
	for _, r := range rows {
		got := len(claims[r.ID]) > 0
		if got {
			held++
		}
		if !r.Cluster {
			single++
			if got {
				heldSingle++
			}
		}
	}
	return fmt.Sprintf("%d of %d rows are held, %d of the %d that one node is enough for", held, len(rows), heldSingle, single)
}
