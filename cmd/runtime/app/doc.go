// SPDX-License-Identifier: Apache-2.0

// Package app is the runtime command, importable so that a program of its own can add kinds of agents.
//
// Guarantees: standard output carries data, standard error carries talk; every command that reads can answer in JSON; exit codes are
// those of [ExitCodes]; nothing here is global, so a test can run the whole command in its own process with [Run].
//
// Usage: a main with one more kind of agent.
//
//	func main() { app.Main(app.Kind(reviewer)) }
//
// Failure modes: every error is printed as it is, once, on standard error, and decides the exit code.
//
// State: none; a node that runs belongs to package internal/node. Tests: testdata/script holds one script for every subcommand.
package app
