// SPDX-License-Identifier: Apache-2.0

// Package council is a group of replicas of Byzantine consensus with real keys, all of whose work is done by the caller's goroutine.
//
// # Guarantees
//
// Every message is encoded for its authenticator, verified by its receiver and delivered at once, in the order of sending: what Decide takes is the work of
// all members and of the client, without scheduling, network or timers. With a log, whatever stands behind a write waits until the log has taken it, as a
// replica's shell must; the writes of a wave of messages are one append.
//
// # Usage
//
//	c, err := council.New(4, wire.Signed, nil)
//	err = c.Decide([][]byte{[]byte("operation")}, func() { decided = time.Now() })
//
// # Duties of the user
//
// A Council belongs to one goroutine. Its keys follow from the names of its members, so it keeps no secret.
//
// # Failure modes
//
// Decide returns the error of a verifier or of the log, or says that no message is left and the client has no certificate; the Council is of no use
// afterwards.
//
// # State and testing
//
// The group's state is its own. It is for benchmarks and examples; schedules with faults are played by the tests of protocols/pbft.
package council
