// SPDX-License-Identifier: Apache-2.0

package expr

import (
	"fmt"
	"strings"

	"mabeam.dev/actors/fault"
)

// ErrCost is returned when an evaluation costs more than its limit allows. It has no result.
var ErrCost = fault.New(4671, "expr: the evaluation costs too much")

// Mistake is one mistake of an expression.
type Mistake struct {
	// Line and Column are where it is, both from 1, columns in characters.
	Line, Column int
	// Reason says what is wrong.
	Reason string
}

// CompileError is returned when an expression cannot be used.
type CompileError struct {
	// Text is the expression.
	Text string
	// Mistakes are all of them, in the order of their places.
	Mistakes []Mistake
}

// Error shows every mistake with its place.
func (e *CompileError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "expr: compile %q: ", e.Text)
	for i, m := range e.Mistakes {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%d:%d: %s", m.Line, m.Column, m.Reason)
	}
	return b.String()
}

// FaultCode is E4670.
func (*CompileError) FaultCode() fault.Code { return 4670 }

// EvalError is returned when an expression has no result for its inputs.
type EvalError struct {
	// Text is the expression.
	Text string
	// Reason says why.
	Reason string
}

// Error names both.
func (e *EvalError) Error() string { return fmt.Sprintf("expr: %q: %s", e.Text, e.Reason) }

// FaultCode is E4699.
func (*EvalError) FaultCode() fault.Code { return 4699 }
