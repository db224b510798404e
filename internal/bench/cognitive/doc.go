// SPDX-License-Identifier: Apache-2.0

// Command cognitive measures cognitive variables: what they decide with against published figures, and running spaces by the clock.
//
// # Guarantees
//
// Two methods are compared with common random numbers, run by run; the row that is held against a goal is the upper end of the 95 % interval of the
// ratio, by a paired bootstrap. The seeds are named in the rows, and are none of those that anything was tuned on. Before methods are compared they are shown to
// have the regret that was published of them.
//
// Running spaces have a node's listeners on their bus. What is measured by the clock is measured in several rounds; a goal is held against the end of the 95 % interval of their median.
// Reports are sent at a fixed rate, whether or not earlier ones are done, and each one's time runs from when it was due; a report that no commit of its own answers is taken in by the
// next commit of its variable, and its time runs until then. Rows that miss their goal are shown, and fail nothing.
//
// # Usage
//
//	make bench-cognitive
//	make bench-cognitive ARGS='-only ensembles'
//
// # Duties of the user
//
// Run it where the repository is: the published figures are read from cognitive/testdata/reference.
//
// # State
//
// None but its files.
//
// # Testing
//
// A test runs all measures with few seeds.
package main
