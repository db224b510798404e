// SPDX-License-Identifier: Apache-2.0

// Package lines reads tasks from JSON lines and writes outcomes as JSON lines.
//
// # Guarantees
//
//   - A bad line never stops a job and never hides: it gives one *LineError for each of its problems, with file, line and column, and reading goes on with the next
//     line. Blank lines and a byte order mark are passed over.
//   - Memory is bounded: a line longer than the limit is reported and skipped without being held.
//   - Unknown and repeated keys are errors, so that a misspelled key cannot silently lose its meaning.
//   - A task written by AppendTask is read back equal by Parse; an outcome written by AppendOutcome is read back by ParseOutcome. Inputs and outputs keep every byte
//     but white space between their parts.
//   - Each outcome line holds the journal position it comes from, and Tail finds the last whole one in a file. So a sink that was killed can cut a half line and go
//     on behind the last whole line: nothing is lost and nothing doubled.
//
// Nothing here keeps state but Reader, which belongs to one owner and blocks only in the reader it was given.
//
// # Usage
//
// A task line has the keys id and kind, and may have input (any JSON), capability, key, priority, attempts, timeout ("30s") and deadline (an RFC 3339 time, or a
// duration that begins when the line is read):
//
//	{"id":"net/http","kind":"review","input":{"package":"net/http"},"priority":2,"deadline":"10m"}
//
// An outcome line:
//
//	{"id":"net/http","kind":"review","outcome":"done","output":{"findings":3},"agent":"reviewer-1","seconds":0.018,"waited":1.2,"attempts":[...],"position":17}
//
// # Failure modes
//
// Reader.Next gives *LineError (joined when there are several) for a bad line, io.EOF at the end, and any other error as a failure of the reader below, after
// which it gives the same error again. Parse does not apply the bounds of package plan; Submit does.
package lines
