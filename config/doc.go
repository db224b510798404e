// SPDX-License-Identifier: Apache-2.0

// Package config turns the text of a node file, environment variables and --set arguments into one checked Config.
//
// # Guarantees
//
//   - All problems come back at once, each a *FieldError with file, line, column, key path and, where one is near, a
//     suggestion. Only a text that is no YAML at all ends with its first problem, because nothing behind it can be read.
//   - A Config that is returned without an error is complete: every default is filled in and every rule below holds. On
//     an error the Config is the zero value.
//   - Precedence is default < file < environment < --set. Origins tells for every key which of them won.
//   - Load is a function of its Input: it starts no goroutine, reads no clock and no process environment, and touches
//     files only through Input.Files.
//   - A secret is written as ${env:NAME} or ${file:PATH}. Text values print as that reference; what it stands for comes
//     out of Text.Reveal only, never out of an error, a listing or %v.
//   - Work is bounded: 4 MiB of text, 64 levels, 500,000 values with those that aliases make, one document.
//
// # Usage
//
//	cfg, origins, err := config.Load(config.Input{Name: "node.yaml", Data: data, Env: os.Environ(), Files: config.OS()})
//	var problems config.Errors
//	if errors.As(err, &problems) {
//		fmt.Fprint(os.Stderr, problems.Text())
//	}
//
// # Duties of the user
//
// Register the agent kinds of the program in Input.Kinds; the kinds supervisor and exec are always known. Call
// Text.Reveal as late as possible and do not log what it returns. Relative paths are handed over as written; they count
// from the folder the node is started in.
//
// # Failure modes
//
// Load fails with Errors and nothing else. FieldError.Code says which rule was broken (CodeUnknownKey, CodeMissing and
// so on), so callers branch without reading text. A struct tag that cannot be understood in a kind's settings type is a
// programmer's error and panics.
//
// # OTP counterpart
//
// Restart, shutdown, strategy, intensity, period, significant and auto_shutdown have OTP's words, meanings and defaults.
// Deviation: a node file has no start functions but kinds, looked up by name.
//
// # Ownership and tests
//
// A Config belongs to its caller; nothing in this package keeps a reference to it. Test code that uses it by calling
// Load on a literal text with a nil Files, which leaves the file system out.
package config
