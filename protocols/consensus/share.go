// SPDX-License-Identifier: Apache-2.0

package consensus

import (
	"math/bits"

	"mabeam.dev/protocols/machine"
)

// share is part/whole in millionths, rounded down; 0 of nothing.
func share(part, whole int64) int64 {
	if whole <= 0 || part <= 0 {
		return 0
	}
	if part >= whole {
		return machine.One
	}
	hi, lo := bits.Mul64(uint64(part), machine.One)
	q, _ := bits.Div64(hi, lo, uint64(whole)) // hi < whole, because part < whole and One < 2^63
	return int64(q)
}
