// SPDX-License-Identifier: Apache-2.0

// Command supervised is the process of examples/hello under a supervisor, and crashes on purpose after each greeting.
//
// Guarantees: a crash ends one incarnation of the process; the supervisor starts the next one, whose Init has returned before anything
// else is handled, and whose address is another: the number behind the #. OTP's default intensity allows one restart in five seconds, so
// the second crash makes the supervisor stop what is left and end with the reason shutdown.
//
// Usage: go run ./examples/supervised.
package main
