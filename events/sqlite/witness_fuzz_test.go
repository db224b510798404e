// SPDX-License-Identifier: Apache-2.0

package sqlite

import (
	"bytes"
	"testing"
)

// Only what was encoded is read: any other bytes are damage, and no slot.
func FuzzDecodeSlot(f *testing.F) {
	whole := slot{store: [16]byte{1}, epoch: 2, seq: 3, link: link{pos: 4}}.encode()
	f.Add(whole)
	f.Add(whole[:slotSize-1])
	f.Add(append(bytes.Clone(whole), 0))
	torn := bytes.Clone(whole)
	torn[30] ^= 1
	f.Add(torn)
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, ok := decodeSlot(b); ok && !bytes.Equal(s.encode(), b[:slotSize]) {
			t.Fatalf("%x is read as %+v, which is %x", b, s, s.encode())
		}
	})
}
