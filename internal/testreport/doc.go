// SPDX-License-Identifier: Apache-2.0

// Command testreport runs go test and closes its output with a block that says what ran, what failed and what was left
// out, with the reason of each omission.
//
// # Guarantees
//
// The exit status is 0 only when go test itself succeeded, at least -min tests ran, and, with -strict, none was skipped. A
// package that does not build, a package that never reports an end, and a line that is not an event are all shown; none of
// them can turn into a success. The output of a passing test is dropped, that of a failing one is printed in full when its
// package ends.
//
// # Usage
//
//	testreport [-min N] [-strict] [-concurrent] [-note TEXT]... [go test arguments]
//
// The first argument that is none of testreport's own flags, and everything after it, goes to go test -json. A -note is a
// sentence about something that was left out before the tests began, for example the race detector where no C compiler is
// installed; notes are part of the closing block.
//
// With -concurrent the patterns at the end of the arguments mean the packages that may start a goroutine: those of the pure layer are left out, as the race
// detector finds nothing there.
//
// # Failure modes
//
// Exit status 1: tests failed, too few ran, or (-strict) some were skipped; 2: go test could not be started or the arguments
// are wrong.
//
// # State and testing
//
// The package holds its state in one Run value, owned by main. Run is a pure fold over lines and is tested with recorded
// event streams.
package main
