// SPDX-License-Identifier: Apache-2.0

// Package archtest holds the laws of the architecture as tests: who may import whom, what a pure core may touch, and what
// every file and package owes its reader.
//
// # Guarantees
//
// Every package of the module is judged, whatever its build tags: imports are read from the files themselves, so a file that
// this machine does not compile is judged as well. A package that the layer table does not know is a violation, so nothing
// grows outside the table. The table printed in ARCHITECTURE.md is this table, byte for byte. Every exception carries its
// reason, and one that no longer excuses anything is itself a violation. All violations are reported at once, sorted by file
// and line.
//
// # Usage
//
//	go test ./internal/archtest                       # judge
//	go test ./internal/archtest -run Page -update     # write the table into ARCHITECTURE.md
//
// A new package gets a row in table.go; a new exception goes to exceptions.go with its reason. Both are then visible in
// review as what they are: a change of the architecture.
//
// # Failure modes
//
// Load fails when go list cannot read the module at all. Files that do not parse are violations, not failures.
//
// # State and testing
//
// Check is a function of a loaded Module and the laws; there is no state. The laws themselves are tested with planted
// violations: small modules in testdata, each with the list of what must be found in it.
package archtest

//go:generate go test . -run TestArchitecturePageShowsTheTable -update
