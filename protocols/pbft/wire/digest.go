// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"crypto/sha256"
	"encoding/hex"
)

// Digest is a SHA-256 sum.
type Digest [32]byte

// Null is the digest of the batch that does nothing; a new view fills holes with it.
var Null = Batch(nil).Digest()

// String returns the first eight hexadecimal digits, which is enough for people.
func (d Digest) String() string { return hex.EncodeToString(d[:4]) }

// Sum returns the digest of data for one purpose; sums for different purposes never meet.
func Sum(purpose string, data []byte) Digest {
	b := make([]byte, 0, 16+len(purpose)+len(data))
	b = append(b, "mabeam/pbft/1/"...)
	b = append(b, byte(len(purpose)))
	b = append(b, purpose...)
	b = append(b, data...)
	return sha256.Sum256(b)
}

// AppendSigned appends what the author of a message signs: the domain, group, epoch and kind, and what the message says.
func AppendSigned(b []byte, c *Config, m Authored) []byte {
	e := enc{append(b, "mabeam/pbft/1\x00"...)}
	e.text(c.Group)
	e.u64(c.Epoch)
	e.u8(uint8(m.Kind()))
	m.said(&e)
	return e.b
}
