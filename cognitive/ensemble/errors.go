// SPDX-License-Identifier: Apache-2.0

package ensemble

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// ErrTooFewOutcomes is returned where there are fewer than ten labelled outcomes for each weight that was to be learned: a simpler
// combination must do.
var ErrTooFewOutcomes = fault.New(1986, "ensemble: too few outcomes")

// SpecError is an input that cannot be combined.
type SpecError struct {
	// Field names the input, and Why says what is wrong with it.
	Field, Why string
}

// Error says what was wrong, and with what.
func (e *SpecError) Error() string { return fmt.Sprintf("ensemble: %q: %s", e.Field, e.Why) }

// FaultCode is E1983.
func (*SpecError) FaultCode() fault.Code { return 1983 }

// ErrUnknownQuestion is returned where the truth is told of a question that nobody was asked, or that is too old to be kept.
var ErrUnknownQuestion = fault.New(4930, "ensemble: unknown question")

// ToldError is a truth that contradicts the one that was told before; that one stands.
type ToldError struct {
	// ID names the question, Have what was told of it, and Got what is told now.
	ID, Have, Got string
}

// Error says what contradicts what.
func (e *ToldError) Error() string {
	return fmt.Sprintf("ensemble: truth of %q: %q was told before, not %q", e.ID, e.Have, e.Got)
}

// FaultCode is E4931.
func (*ToldError) FaultCode() fault.Code { return 4931 }

// outcomesPerWeight is how many labelled outcomes each learned weight needs.
const outcomesPerWeight = 10

func enough(outcomes, weights int) error {
	if outcomes < outcomesPerWeight*weights {
		return fmt.Errorf("ensemble: %d outcomes for %d weights: %w", outcomes, weights, ErrTooFewOutcomes)
	}
	return nil
}
