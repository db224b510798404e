// SPDX-License-Identifier: Apache-2.0

package fault

import "context"

// Coded is an error that has a code. Every exported error of this project is one.
type Coded interface {
	error
	// FaultCode returns the same code for every value of the type.
	FaultCode() Code
}

// Described is an error of another program that brings its own entry, with a code of 10000 or more.
type Described interface {
	error
	// FaultEntry returns what is known of the condition.
	FaultEntry() Entry
}

// Advised is an error that knows more about another attempt than its code: it is asked where the entry's class is Custom, and of errors
// without a code.
type Advised interface {
	error
	// FaultRetry returns the advice for this very error.
	FaultRetry() Retry
}

// New returns a sentinel error: a value of its own, whatever its text, as errors.New does, with a code.
func New(code Code, text string) error { return &sentinel{code, text} }

// NewTimeout returns a sentinel error of a deadline that passed: it also matches context.DeadlineExceeded, and reports true as Timeout.
func NewTimeout(code Code, text string) error { return &timeout{sentinel{code, text}} }

type sentinel struct {
	code Code
	text string
}

func (e *sentinel) Error() string   { return e.text }
func (e *sentinel) FaultCode() Code { return e.code }

type timeout struct{ sentinel }

func (e *timeout) Timeout() bool        { return true }
func (e *timeout) Is(target error) bool { return target == context.DeadlineExceeded }
