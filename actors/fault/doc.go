// SPDX-License-Identifier: Apache-2.0

// Package fault gives every error of the project a stable code, a severity, advice about another attempt, and the place where it happened.
//
// # Guarantees
//
// A code never changes its meaning: the golden list in testdata holds each one for ever, and withdrawn ones stay reserved. Every exported
// error of every package has exactly one code, in the range of its area; a test reads the sources and fails where that is not so. [Of] says
// something of every error: errors keep working with errors.Is, errors.As and errors.Join, and are judged through all of them. Codes,
// severities and advice are values of one table that nobody registers in. Nothing in a [Place] is made up: only who knows a fact adds it.
//
// The package is pure: it has no clock, goroutine, lock or global randomness. [Retry.Delay] computes, and waits for nobody.
//
// # Usage
//
// Ask before trying again, and show what can be shown:
//
//	if f := fault.Of(err); f.Retry.Repeatable() {
//		wait, again := f.Retry.Delay(attempt, ctx.Rand())
//		...
//	}
//
// Branch on conditions with errors.Is and errors.As, as ever; codes are for people, logs, alerts and programs in other languages. The command
// `runtime explain E2104` tells what a code means, and docs/reference/errors.md lists all.
//
// # Duties
//
// A new exported error takes the next free number of its area, in the table of that area (codes_*.go), and carries it: a sentinel is made by
// [New] or [NewTimeout], a type has a method FaultCode. `make docs` renews the page and `go test ./actors/fault -update` the golden list. Programs
// built on the project give their errors codes of 10000 and above with [Described]. Runtimes that know agent, process, task or correlation
// add them with [At] where an error passes; it changes neither text nor identity.
//
// # Failure modes
//
// [Parse] refuses what is no code. An error with a number that the table does not have is taken for one without; the tests of this
// repository make that impossible for its own.
//
// # State and testing
//
// The tables are never changed after the program has started. Code that decides by [Of] is tested with the errors themselves.
//
// OTP has no counterpart: its error terms are told apart by pattern matching.
package fault
