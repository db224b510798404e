// SPDX-License-Identifier: Apache-2.0

// Command hello is the smallest program: one process, one call.
//
// Guarantees: [actors.MustSpawn] returns when the process is up; the call ends with exactly one outcome, here the reply; Close ends the
// process. All type parameters are inferred, and a reply of the wrong type does not compile.
//
// Usage: go run ./examples/hello. The next step is examples/supervised, the same process under a supervisor.
package main
