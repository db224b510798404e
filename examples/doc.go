// SPDX-License-Identifier: Apache-2.0

// Package examples holds programs to read, run and paste; it has no code of its own.
//
// Guarantees: each program is run by a test that compares what it prints. Whatever README.md shows of a program is that program: a block
// of code below a comment such as
//
//	<!-- examples/hello/main.go -->
//
// equals the file, byte for byte, but for the licence line that every file begins with. The tests of this package hold it to that, and
// fail when the block, the file or the comment's path is wrong.
//
// Usage: go run ./examples/hello, then ./examples/supervised; examples/reviewer and examples/exec are agents that a node runs.
//
// State: none.
package examples
