// SPDX-License-Identifier: Apache-2.0

// Command protocols measures coordination: sessions of an engine, Byzantine consensus, and the primitives of a space.
//
// # Guarantees
//
// Every outcome is compared before its time is reported: a session that decides otherwise than its participants have voted, a lock that two hold, or a
// barrier that does not let all through ends the measuring with an error. Times are of whole operations, from the call to its answer, by the wall clock; of
// each the median and the 99th percentile are rows, and goals are those of the percentile. A tenth of the operations goes before and is not measured; garbage
// is collected meanwhile as by default, so that what it costs is in the times; and what reading the clock adds to each of them is a row of its own. A time
// that misses its goal is shown, and fails nothing, since the machine decides as much as the code.
//
// # Usage
//
//	make bench-protocols
//	make bench-protocols ARGS='-only lock'
//
// Growth with the number of participants is a table of its own, "coordination", of which make plots makes a picture.
//
// # State
//
// None but its files.
//
// # Testing
//
// A test runs all measures with little work.
package main
