// SPDX-License-Identifier: Apache-2.0

package query

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// ErrBadQuery is what every mistake in a query is, whether it was written as text or built by functions. Returned by [Parse], by
// [Query.Validate] and by whoever runs a query, always as a [*BadQueryError].
var ErrBadQuery = fault.New(1503, "query: bad query")

// BadQueryError is one mistake in a query.
type BadQueryError struct {
	// Pos is the column of the mistake in the text, in bytes and counted from 1; 0 if the query was built by functions.
	Pos int
	// Why says what is wrong, naming what the user wrote.
	Why string
	// Hint is the word that was probably meant, or "".
	Hint string
}

// Error says where the mistake is, what it is, and what was probably meant.
func (e *BadQueryError) Error() string {
	text := "query: "
	if e.Pos > 0 {
		text += fmt.Sprintf("column %d: ", e.Pos)
	}
	text += e.Why
	if e.Hint != "" {
		text += fmt.Sprintf(", did you mean %q?", e.Hint)
	}
	return text
}

// FaultCode is E1503.
func (*BadQueryError) FaultCode() fault.Code { return 1503 }

// Is reports that every bad query is [ErrBadQuery].
func (e *BadQueryError) Is(target error) bool { return target == ErrBadQuery }

// bad makes an error without a position.
func bad(format string, args ...any) *BadQueryError {
	return &BadQueryError{Why: fmt.Sprintf(format, args...)}
}
