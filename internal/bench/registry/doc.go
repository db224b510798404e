// SPDX-License-Identifier: Apache-2.0

// Command registry measures the registry of agents: look-ups, queries, writes through its process, both at once beside a thousand watches, and
// memory.
//
// # Guarantees
//
// Every figure is of a registry that runs in a system of its own, with its owner, its holder and its tables; writes are counted when they are
// answered, which is after they are published. Times are medians of single calls where the name of a row says nothing else, so that the other
// programs of the machine tell less. Processor time is what the program used on all cores, its garbage collector included; on two cores, 2,000 ns for an
// operation are a million operations a second. The rows go to the terminal and to the folder of the JSON files, with their goals; a goal that is missed
// is shown, and fails nothing.
//
// # Usage
//
//	make bench-registry
//	go run ./internal/bench/registry -n 1000,100000
//
// The goals are those of 100,000 agents. A million agents take about 3 GB.
//
// # State
//
// None but its file.
//
// # Testing
//
// A test runs all measures with few agents.
package main
