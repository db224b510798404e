// SPDX-License-Identifier: Apache-2.0

package auth

import "mabeam.dev/actors/fault"

// Conditions that callers branch on.
var (
	// ErrBadAuth is returned for a message that its author has not signed, and for one of a stranger.
	ErrBadAuth = fault.New(1953, "pbft/auth: not signed by its author")
	// ErrKeys is returned for private keys that do not belong to the configuration.
	ErrKeys = fault.New(1954, "pbft/auth: not the keys of the configuration")
	// ErrStaleEpoch is returned for a message of another epoch of the group.
	ErrStaleEpoch = fault.New(4701, "pbft/auth: of another epoch")
)
