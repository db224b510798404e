// SPDX-License-Identifier: Apache-2.0

// Package nearest finds the word that somebody probably meant: the "did you mean" of every error message.
//
// Guarantees: [Word] is a pure function of its arguments; of several candidates equally near it returns the first, and nothing when none
// is near enough to be a slip of the finger. It keeps no state.
package nearest
