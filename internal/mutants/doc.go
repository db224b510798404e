// SPDX-License-Identifier: Apache-2.0

// Command mutants proves that tests notice mistakes: it plants one mistake after another and wants the tests to fail at each.
//
// # Guarantees
//
// The exit status is 0 only when the tests pass without a mistake and fail with every one of the list. A mutant that does not fit the source, does not compile, or
// ends the tests without a failed test is as bad as one that survives: none of them can pass for noticed. The source tree is never written to; mistakes reach the
// compiler as an overlay (see go help build, -overlay) in a directory that is removed at the end.
//
// # Usage
//
//	mutants [-only REGEXP] LIST
//
// It is run in the root of a module. GO names the go command if it is not "go". One row per mutant says which tests noticed it. -only takes a part of the list, by
// name.
//
// A list names the tests and then the mutants, each with hunks as in a diff without line numbers:
//
//	# A comment.
//	tests ./shop ^TestPrices$
//
//	mutant free-delivery: delivery costs nothing
//	@@ shop/price.go
//	 func delivery(weight int) int {
//	-	return 3 + weight
//	+	return 0
//
// A hunk holds whole lines: one space for context, - for lines that go, + for lines that come. What is context or goes must stand in the file exactly once, in
// consecutive lines; indentation does not count. Further hunks of a mutant apply to what the earlier ones made. Empty lines end nothing and mean nothing.
//
// # Duties of the user
//
// The tests of a list should be quick and must end by themselves whatever the mistake: after two minutes they count as failed. A mutant is a mistake that
// someone could make, not noise; when the source changes under it, rewrite it so that it is the same mistake again.
//
// # Failure modes
//
// Exit status 1: a mutant was not noticed, or could not be tried; 2: wrong arguments, a list with mistakes (all of them are shown with their lines), or tests that
// fail without any mutant.
//
// # State and testing
//
// Reading lists, applying hunks and judging a test run are functions of text and are tested as such; one small planted module goes all the way. A test of the package
// also holds that every mutant of testdata still fits the source.
package main
