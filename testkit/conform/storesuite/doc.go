// SPDX-License-Identifier: Apache-2.0

// Package storesuite states the laws of an events.Store as tests that every back end runs.
//
// # Guarantees
//
// A back end that passes [Run] decides appends like all others, keeps order, content and versions, repeats the answer for a repeated append, isolates
// refused appends from their group, and ends iterations as the interface says.
// It answers queries as a filter over the log would, removes, rewrites, migrates, traces, exports and restores alike, and never passes over a hole in silence. [Run] ends with a property test against a
// deliberately naive model; durable back ends are closed and opened in the middle of it.
//
// # Usage
//
//	func TestStoreLaws(t *testing.T) {
//		storesuite.Run(t, storesuite.Backend{Open: func(dir string, now func() time.Time) (events.Store, error) {
//			return sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{Now: now})
//		}, Durable: true})
//	}
//
// # Duties of the user
//
// Open must give an empty store for an empty directory, and, if Durable is set, the former content for a directory used before.
//
// # Failure modes
//
// A broken law fails the test with the law's name; the model test prints the shortest sequence of operations that shows it.
//
// # State
//
// Each law opens a store of its own and closes it.
//
// # Testing
//
// The suite is itself test code. Damage, crashes and full disks depend on the medium and are tested with each back end.
package storesuite
