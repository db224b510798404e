// SPDX-License-Identifier: Apache-2.0

package lines

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

var errNotOutcome = errors.New("id or outcome is missing")

// LineError is one problem of one line.
type LineError struct {
	File   string // File as the user named it.
	Line   int    // Line from one.
	Col    int    // Col in characters from one.
	Reason string // Reason says what is wrong.
	Hint   string // Hint is a suggestion for people; empty = none.
}

// Error puts the place first, as compilers do, and the hint last.
func (e *LineError) Error() string {
	if e.Hint != "" {
		return fmt.Sprintf("%s:%d:%d: %s (%s)", e.File, e.Line, e.Col, e.Reason, e.Hint)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Col, e.Reason)
}

// column counts the characters before a byte offset.
func column(line []byte, offset int) int {
	return utf8.RuneCount(line[:min(max(offset, 0), len(line))]) + 1
}

// suggestion finds the known key a misspelled one was probably meant to be.
func suggestion(word string, known []string) string {
	best, bestDistance := "", 3
	for _, k := range known {
		if d := distance(word, k); d < bestDistance && d < len(k) {
			best, bestDistance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// distance is the Levenshtein distance in bytes; words too different in length are not measured.
func distance(a, b string) int {
	if len(a) > len(b)+2 || len(b) > len(a)+2 {
		return len(a) + len(b)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
