// SPDX-License-Identifier: Apache-2.0

// Package conform runs supervision scripts and prints traces that equal those of Erlang/OTP's own supervisor, byte for byte.
//
// # Guarantees
//
//   - A script that parses has one trace. [Run] drives any [Engine] through the same operations and formats the same way, so two engines differ only in what their
//     supervisors did.
//   - Every event is ordered in one place, the [Recorder], which is safe for concurrent use.
//   - [Parse] reports every mistake of a script, each with file and line.
//   - The [Pure] engine needs no runtime: simulated processes, mailboxes and clock on top of supervision/plan. It uses no goroutine and no real time.
//   - [Generate] is a function of seed and number.
//
// # Usage
//
//	script, err := conform.ParseFile("testdata/scripts/06_intensity_window.txt")
//	if err != nil { ... }
//	trace, err := conform.Run(ctx, script, conform.NewPure())
//
// The language and the trace format are described in testdata/FORMAT.md. The program testdata/otp_oracle.escript prints the trace of the real thing.
//
// # Duties of an engine
//
// It asks the recorder for the outcome of every start attempt and reports starts, failures and deaths in causal order: a process is reported started before
// anything it causes, and dead before anyone reacts to its death. [Engine.Settle] returns only when nothing can happen any more without the script.
//
// # Failure modes
//
// A script that does not parse gives [ParseErrors]. An operation that a language without time-outs could never finish, such as a call to a supervisor whose start
// is held, gives an [*OperationError]; real OTP would wait for ever there.
//
// # OTP counterpart and deviations
//
// The scripts in testdata/scripts have the traces of OTP 25.2.3 in testdata/traces. Those in the quirks folders show defects of OTP that are not copied: there the
// traces are our own.
package conform
