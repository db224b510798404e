// SPDX-License-Identifier: Apache-2.0

// Command reviewer is an agent program: it reviews packages of Go source for a node that runs it under supervision. With faults
// switched on it exits, panics and hangs on purpose, as programs do.
//
//   - {id: reviewers, kind: exec, command: [reviewer, -exit, "20", -hang, "5", -panic, "10"]}
package main
