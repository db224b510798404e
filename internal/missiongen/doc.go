// SPDX-License-Identifier: Apache-2.0

// Command missiongen writes docs/reference/mission.md: every row of the mission with the tests that hold it, and prints how
// many rows are held.
//
// # Guarantees
//
// A row is held only by a test, fuzz, benchmark or example function with a comment "Holds: ID, ID" right above it. An id that
// is no row, a comment that stands above something else, and an id that is written twice in one comment are errors with
// their place; all errors are reported at once and nothing is written then. The page depends on the sources alone: the same
// tree gives the same bytes, and a test fails while the committed page is out of date.
//
// # Usage
//
//	make mission
//
// A test claims its rows like this:
//
//	// Holds: REG-8, REG-9
//	func TestLookupTakesNoAllocation(t *testing.T) {
//
// # Failure modes
//
// Exit status 1 with every *ClaimError on standard error; the page is then left as it was.
//
// # State and testing
//
// There is none. Rows, claims and page are values; rows.tsv is the list of what is owed and changes only with the mission.
package main
