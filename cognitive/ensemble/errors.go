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

// outcomesPerWeight is how many labelled outcomes each learned weight needs.
const outcomesPerWeight = 10

func enough(outcomes, weights int) error {
	if outcomes < outcomesPerWeight*weights {
		return fmt.Errorf("ensemble: %d outcomes for %d weights: %w", outcomes, weights, ErrTooFewOutcomes)
	}
	return nil
}
