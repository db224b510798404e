// SPDX-License-Identifier: Apache-2.0

package index

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
)

// KeySize is how many bytes a public key has.
const KeySize = 32

// Keys are the public keys of an agent: whoever has them can tell what it has signed from what it has not. They must not be changed.
type Keys struct {
	// Sign is the ed25519 key that signatures are checked with; Exchange the X25519 key that secrets between two are made of. Each has KeySize bytes, or
	// none if there is no such key.
	Sign, Exchange []byte
}

// Fingerprint is the beginning of the digest of the signing key, for people to compare; "" without one.
func (k Keys) Fingerprint() string {
	if len(k.Sign) == 0 {
		return ""
	}
	sum := sha256.Sum256(k.Sign)
	return hex.EncodeToString(sum[:8])
}

// Equal reports whether two sets of keys are the same.
func (k Keys) Equal(o Keys) bool {
	return bytes.Equal(k.Sign, o.Sign) && bytes.Equal(k.Exchange, o.Exchange)
}

// Valid reports whether each key has the size of one, or is none.
func (k Keys) Valid() bool {
	return (len(k.Sign) == 0 || len(k.Sign) == KeySize) && (len(k.Exchange) == 0 || len(k.Exchange) == KeySize)
}
