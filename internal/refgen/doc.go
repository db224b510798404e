// SPDX-License-Identifier: Apache-2.0

// Command refgen writes docs/reference: the subcommands, errors, events, metrics, messages and config keys, each taken from the
// place where it is defined.
//
// # Guarantees
//
// Nothing on a page is written twice: names, types, labels, levels and sentences come from the code and its comments, the
// subcommands and config keys from the values that the program itself uses. What the generator cannot read, or finds without a
// sentence, is an error with its place; all errors are reported at once, and nothing is written then. The pages depend on the
// sources alone: the same tree gives the same bytes. Tests fail while a committed page is out of date, while an exported
// identifier has no comment of its own, and while docs/README.md leaves out a page.
//
// # Usage
//
//	make docs
//
// # Failure modes
//
// Exit status 1 with every problem on standard error; the pages are then left as they were.
//
// # State and testing
//
// There is none. Sources and pages are values; the tests run on this repository and on small planted modules.
package main

//go:generate go run . ../..
