// SPDX-License-Identifier: Apache-2.0

// Command bench measures Mabeam through its public API, prints tables of rows, and writes the same rows as JSON below out/bench.
//
//	bench kernel    the kernel against bare Go, protoactor-go and xsync, and how costs grow with the number of processes
//	bench million   one million supervised processes alive at once
//	bench otp       the same measures beside real Erlang/OTP, where that is installed
//	bench plots     pictures and tables of the documentation, made from the rows that the others have written
//
// Guarantees: value and baseline are medians of rounds that were interleaved in one run, so that both saw the same machine; on a shared machine
// only the ratios mean something. The exit status is 0 whatever the figures are, because a missed goal is a row and not a failure, and 0 where
// Erlang is missing, which is said; it is 1 when something could not be measured or written, 2 for a wrong command line.
//
// The work that is timed is in package work, the Erlang side in package erlang, the pictures in package chart.
package main
