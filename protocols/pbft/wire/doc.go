// SPDX-License-Identifier: Apache-2.0

// Package wire is what members and clients of a Byzantine group say to each other and write to their logs: messages, records and their one encoding.
//
// # Guarantees
//
// Every value has exactly one encoding, and [Decode] accepts nothing else: no trailing bytes, no unknown kind, no flag but 0 and 1, no
// message above the limit of its kind. A decoder never allocates more than a small multiple of what it was given. What is signed begins with
// a domain tag, the group, the epoch and the kind ([AppendSigned]), so that no signature means anything in another group, epoch or kind.
// Messages are values that nobody changes once they are made.
//
// # Usage
//
//	b := wire.Encode(m)
//	m, err := wire.Decode(b)
//
// # Duties of the user
//
// Nothing here checks a signature or a rule: package auth checks who said something, and package pbft whether it may be said. A [Config] is
// to be the same at every member; [Config.Digest] tells whether it is.
//
// # Failure modes
//
// [ErrMalformed] for what is no encoding, [ErrTooLarge] for what passes a limit, [*ConfigError] (as [ErrInvalidConfig]) for a group that cannot be.
//
// # State and testing
//
// The package has no state. Its decoders are fuzzed; tests of other packages make messages as plain values.
//
// OTP has no counterpart: distributed Erlang trusts every node that knows the cookie.
package wire
