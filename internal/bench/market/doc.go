// SPDX-License-Identifier: Apache-2.0

// Command market measures what markets are made of, beginning with winner determination.
//
// # Guarantees
//
// Every answer is compared before its time is reported: an optimum or a payment that is not the known one, or a proof that the checker
// refuses, is counted in a row of its own, whose goal is none. Times are medians of several solves by the wall clock. The rows go to the
// terminal and to the folder of the JSON files, with their goals; a time that misses its goal is shown, and fails nothing, since the machine
// decides as much as the code.
//
// # Usage
//
//	make bench-market
//	make bench-market ARGS='-only auction'
//
// # State
//
// None but its files.
//
// # Testing
//
// A test runs the measures on the small problems.
package main
