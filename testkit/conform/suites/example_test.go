// SPDX-License-Identifier: Apache-2.0

package suites_test

import (
	"fmt"
	"testing/fstest"

	"mabeam.dev/testkit/conform/suites"
)

// A page is read, its references are looked up, its rows are counted.
func Example() {
	tree := fstest.MapFS{"actors/call_test.go": {Data: []byte("package actors\n\nfunc TestACall(t *testing.T) {}\n")}}
	table, err := suites.Parse("docs/conformance/some.md", `# Some suite

Read at version 1.

| Case | Asserts | Ours |
|---|---|---|
| `+"`call` | a call returns the reply | `actors` `TestACall`"+` |
| `+"`cast` | a cast returns at once | `actors` `TestACast`"+` |
| `+"`call_remote`"+` | a call to another node fails when it goes down | does not apply: processes of other nodes are not addressed |
`)
	fmt.Println(table.Title, table.Count(), err)
	fmt.Println(table.Check(suites.NewTests(tree)))
	// Output:
	// Some suite {3 2 1} <nil>
	// suites: check "docs/conformance/some.md": line 8: case "cast": "actors" has no test TestACast
}
