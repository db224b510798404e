// SPDX-License-Identifier: Apache-2.0

// Package suites checks the tables in docs/conformance: which case of another project's test suite is held by which test of ours.
//
// # Guarantees
//
//   - Every row says either which tests hold its case, or why the case does not apply. There is no third way, and no empty cell.
//   - Every test that a row names exists: a function of that name in the test files of that package, and for a subtest a string in those
//     files, or a file below the package's testdata, of that name.
//   - A case stands in its table once.
//   - [Parse] and [Table.Check] report every fault, each with page and line.
//
// What is not checked: that a test asserts what its row says. That is for whoever reads both.
//
// # Usage
//
// A page has a title, a paragraph and one table:
//
//	| Case | Asserts | Ours |
//	|---|---|---|
//	| `name` | what it asserts, in our own words | `dir/of/package` `TestFunc`, `dir/of/package` `TestFunc/subtest` |
//	| `name` | what it asserts, in our own words | does not apply: a reason |
//
// The page docs/conformance/README.md counts the rows of all others and is written by
//
//	go test ./testkit/conform/suites -run Index -update
//
// # Failure modes
//
// A page that cannot be read as a table and a row that does not hold are [*RowError] values, joined.
//
// # State
//
// [Tests] keeps what it has read of a package; it belongs to one goroutine. Nothing else is kept.
//
// # Tests
//
// Pages and Go files come from an fs.FS, so that a test can plant faults in a testing/fstest.MapFS.
package suites
