// SPDX-License-Identifier: Apache-2.0

// Command exec is an agent program that upper-cases text, written with the standard library alone, so that it shows all there is to the
// protocol. The folder sh has a still smaller one in shell.
//
// Guarantees: each task is answered once, with a result or an error; the program exits at a stop and at the end of its input.
//
// Usage: build it, and name it as an agent's command.
//
//   - {id: upper, kind: exec, command: [./upper], capabilities: [text]}
//
// A task's input is a string, and so is its output. Anything else is refused for good. Standard output belongs to the protocol; what the
// program has to say to people goes to standard error.
//
// Failure modes: a line that is no JSON ends the program with status 1, which its supervisor sees as a crash.
//
// State: none. Tests: the test runs both programs as agents.
package main
