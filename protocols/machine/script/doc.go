// SPDX-License-Identifier: Apache-2.0

// Package script writes events and effects of machines as lines of text: for golden traces, and for people who replay a session.
//
// # Guarantees
//
// [Render] writes equal effects equally, one a line. [Parse] reads one event from a line; times are milliseconds from [Epoch]. [Play] does both for a session.
//
// # Usage
//
//	e, err := script.Parse(`5 ann choice=yes`) // ann answers after 5 ms
//	text := script.Render(run.Step(e))
//
// The lines are: "0 open [seed=N] [deadline=MS]", "T NAME key=value...", "T down NAME [why]", "T up NAME", "T timer ID GEN", "T cancel WHY",
// "T command NAME [JSON]", "T restored EPOCH", "T told SERVICE KEY JSON", "T failed SERVICE KEY WHY". Keys of answers are those of machine.Answer in
// small letters; values with spaces are quoted, scores are item=value pairs after "score:".
//
// # Duties of the user
//
// Keep scripts for tests and people; logs are written by package machine.
//
// # Failure modes
//
// [LineError] for a line that is none.
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// There is none.
package script
