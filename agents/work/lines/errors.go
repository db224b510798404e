// SPDX-License-Identifier: Apache-2.0

package lines

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"mabeam.dev/actors/fault"
	"mabeam.dev/internal/nearest"
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

// FaultCode is E1601.
func (*LineError) FaultCode() fault.Code { return 1601 }

// column counts the characters before a byte offset.
func column(line []byte, offset int) int {
	return utf8.RuneCount(line[:min(max(offset, 0), len(line))]) + 1
}

// suggestion says which known key a misspelled one was probably meant to be, or which there are.
func suggestion(word string, known []string) string {
	if best := nearest.Word(word, known); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "one of: " + strings.Join(known, ", ")
}
