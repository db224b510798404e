// SPDX-License-Identifier: Apache-2.0

// Command events measures the event store in a file: durable appends, replay, queries, retention and migration.
//
// # Guarantees
//
// Every figure is measured on a store of its own in a folder that is removed afterwards; appends are counted when they are acknowledged, after fsync. The rows go
// to the terminal and to the folder of the JSON files, with their goals; a goal that is missed is shown, and fails nothing, since the machine decides as much as the code.
//
// # Usage
//
//	make bench-events
//	go run ./internal/bench/events -n 10000000 -dir /var/tmp
//
// The defaults are small. The goal for queries is meant for ten million events, which need about 4 GB and some minutes to be written.
//
// # State
//
// None but its files.
//
// # Testing
//
// A test runs all measures with very small sizes.
package main
