// SPDX-License-Identifier: Apache-2.0

// Package auth signs what members and clients of a Byzantine group say, and checks who said it before a machine hears of it.
//
// # Guarantees
//
// A [Verified] value can be made by a [Verifier] alone, and only of a message whose every signature, also of everything inside, is by whom
// the message says. Signatures are ed25519 over a domain tag, group, epoch, kind and content; tags are HMAC-SHA256, cut to 16 bytes, under
// keys that X25519 and HKDF derive for one pair of members and one epoch. Nothing is random: the same keys sign the same bytes alike.
// A Verifier says nothing of rules: whether a message may be said is for package pbft.
//
// # Usage
//
//	keys, err := auth.NewKeyring(config, me, signing, exchange)
//	v := auth.NewVerifier(config, keys, 0)
//	checked, err := v.Open(m)
//
// # Duties of the user
//
// One goroutine per Keyring and Verifier. Private keys stay with their owner; a member that has lost its vote log must not use its key again.
//
// # Failure modes
//
// [ErrBadAuth] for a message that its author has not signed, or a stranger's; [ErrStaleEpoch] for one of another epoch; [ErrKeys] for keys that
// are not those of the configuration. A proposal with a forged request passes, with [Verified.Forged] set: it convicts who proposed it.
//
// # State and testing
//
// A Verifier remembers signatures that it has checked, boundedly. Simulations bring a [Scheme] of their own that costs less than ed25519.
//
// OTP has no counterpart.
package auth
