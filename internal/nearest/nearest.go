// SPDX-License-Identifier: Apache-2.0

package nearest

import "strings"

// Word returns the candidate at most two edits away, the closest first and the earliest among equals; letter case
// counts as no edit. It returns "" if none is near. Very short words need to be nearer, or everything would match.
func Word(word string, candidates []string) string {
	best, at := "", 3
	if len(word) <= 2 {
		at = 2
	}
	for _, c := range candidates {
		if d := distance(strings.ToLower(word), strings.ToLower(c), at-1); d < at && d < len(c) {
			best, at = c, d
		}
	}
	return best
}

// distance counts the insertions, deletions, replacements and swaps of neighbours that turn a into b, or returns most+1
// if there are more.
func distance(a, b string, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	before, last, now := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		lowest := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
			lowest = min(lowest, now[j])
		}
		if lowest > most {
			return most + 1
		}
		before, last, now = last, now, before
	}
	return min(last[len(b)], most+1)
}
