// SPDX-License-Identifier: Apache-2.0

// Package reviewer reads one package of Go source and reports its size, the complexity of its functions, its undocumented
// exported names, and findings with positions.
//
// # Guarantees
//
//   - The same sources and options give the same report, byte for byte: nothing depends on the machine, the order of files,
//     build tags or the clock.
//   - Every syntax error is a finding. No input, however broken, makes the review panic or stop; broken files are counted and
//     their functions left out.
//   - Memory and output are bounded: files beyond a size are named and not read, findings beyond a number are counted by rule
//     and not listed, the least severe first.
//   - [Analyse] is pure. [Review] reads files, looks at its context between them, and changes nothing.
//
// # Usage
//
//	packages, err := reviewer.StdlibPackages(goroot)
//	report, err := reviewer.Review(ctx, packages[0], reviewer.Options{})
//	data, err := report.JSON()
//
// # Rules
//
//	syntax-error     error    the parser's own words
//	file-too-large   error    not read
//	complexity       warning  cyclomatic complexity above Options.Complexity
//	long-function    warning  more lines than Options.FunctionLines
//	undocumented     info     an exported name without a comment
//	package-comment  info     a package without a comment
//
// Complexity is 1 plus one for every if, for, case with a condition, && and ||; function literals count where they stand.
// Generated files count for size and complexity, and give no findings except syntax errors. Test files are reviewed only
// where a package has no others, and package main exports nothing.
//
// # Failure modes
//
// [ReadError] when a directory or file cannot be read, [ErrNoFiles] when there is nothing to review, [OptionsError] for
// options that make no sense, and the context's cause when it ends first.
//
// # State and testing
//
// There is none. Everything is a function of its arguments; testdata/reports holds sources together with their reports.
package reviewer
