// SPDX-License-Identifier: Apache-2.0

// Command telemetry measures what telemetry costs those that it watches.
//
// # Guarantees
//
// Systems that differ in their telemetry alone take turns within one run, nobody always behind the same one; a ratio is the median of the ratios of
// bursts that were told one right after the other, so that what else runs on the machine hits both. The rows go to the terminal and to the folder of the
// JSON files, with their goals; a goal that is missed is shown, and fails nothing, since the machine decides as much as the code.
//
// # Usage
//
//	make bench-telemetry
//	go run ./internal/bench/telemetry -rounds 2000
//
// # State
//
// None but its file.
//
// # Testing
//
// A test runs all measures with very few rounds.
package main
