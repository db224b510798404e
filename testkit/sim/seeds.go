// SPDX-License-Identifier: Apache-2.0

package sim

// Seeds returns how many orders of turns a test tries by default: n, and an eighth of that under the race detector, which makes each several times slower and
// sees little of processes that run one at a time.
func Seeds(n int) int {
	if raced {
		return max(n/8, 1)
	}
	return n
}
