// SPDX-License-Identifier: Apache-2.0

package nearest

import (
	"testing"

	"pgregory.net/rapid"
)

func TestDistanceAgreesWithANaiveEditDistance(t *testing.T) {
	word := rapid.StringMatching(`[abc]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		want := naive(a, b)
		for most := range 4 {
			if got := distance(a, b, most); got != min(want, most+1) {
				t.Fatalf("distance(%q, %q, %d) = %d, naive %d", a, b, most, got, want)
			}
		}
	})
}

// naive is the textbook recursion of the restricted edit distance with swaps.
func naive(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	cost := 1
	if a[len(a)-1] == b[len(b)-1] {
		cost = 0
	}
	d := min(naive(a[:len(a)-1], b)+1, naive(a, b[:len(b)-1])+1, naive(a[:len(a)-1], b[:len(b)-1])+cost)
	if n, m := len(a), len(b); n > 1 && m > 1 && a[n-1] == b[m-2] && a[n-2] == b[m-1] {
		d = min(d, naive(a[:n-2], b[:m-2])+1)
	}
	return d
}
