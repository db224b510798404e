// SPDX-License-Identifier: Apache-2.0

// Package scenario runs scenario scripts: a node, what happens to it, and what is expected, in one file and in virtual time.
//
// Guarantees:
//   - The same file, seed and build give the same output, byte for byte. A run is a simulation (testkit/sim): one turn at a time, a clock that
//     moves only when nobody can run, random numbers and identifiers from the seed, the journal in memory.
//   - [Parse] finds every mistake of a script at once, each with file, line and column.
//   - A failed expectation fails the run. There are no warnings, loops, variables or includes.
//   - [Verbs] is the one table of all commands: the parser, the help and the reference are made from it.
//
// A file is a txtar archive: the leading text is the script, one command a line, and the files behind it are its config, tasks and answers.
//
//	# rest_for_one restarts the crashed child and the later ones
//	start node.yaml
//	crash /demo/app/b "boom"
//	wait restarted /demo/app/b
//	expect restarts /demo/app/c == 1
//	-- node.yaml --
//	version: 1
//	...
//
// An exclamation mark in front of a command says that it must fail. A line of four hyphens after a command begins the output that is expected
// of it, up to the next empty line; two such lines begin output that has empty lines, up to another two.
//
// The state of a run belongs to the driver of its simulation.
package scenario
