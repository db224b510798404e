// SPDX-License-Identifier: Apache-2.0

// Command cognitive measures what cognitive variables are made of against published figures: bandits, ensembles, teams.
//
// # Guarantees
//
// Two methods are compared with common random numbers, run by run; the row that is held against a goal is the upper end of the 95 % interval of the
// ratio, by a paired bootstrap. The seeds are named in the rows, and are none of those that anything was tuned on. Before methods are compared they are shown to
// have the regret that was published of them. Rows that miss their goal are shown, and fail nothing.
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
