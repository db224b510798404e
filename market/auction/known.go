// SPDX-License-Identifier: Apache-2.0

package auction

import "crypto/sha256"

// Request tells what bidders ask for apart: inputs of one bidder with the same key and the same content are the same request. It is comparable.
type Request struct {
	key    requestKey
	digest [sha256.Size]byte
}

// Request returns which request a prepared input is; false for one without a key, which is always another.
func (p Prepared) Request() (Request, bool) {
	return Request{p.key, p.digest}, p.key != (requestKey{})
}

// Known reports whether a prepared input is the repetition of one that was accepted: taking it changes nothing.
func (m *Machine) Known(p Prepared) bool {
	r, err := m.lookup(p)
	return err == nil && r.Duplicate
}
