// SPDX-License-Identifier: Apache-2.0

package optimize

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// Conditions that callers branch on.
var (
	// ErrInvalidSpace is returned for dimensions that make no space; the error names each mistake.
	ErrInvalidSpace = fault.New(1990, "optimize: the dimensions make no space")
	// ErrInvalidOptions is returned for options that no search can follow, or that the method cannot use on this space.
	ErrInvalidOptions = fault.New(1991, "optimize: the options cannot be followed")
	// ErrInvalidPoint is what a *PointError is.
	ErrInvalidPoint = fault.New(1992, "optimize: the point is not in the space")
	// ErrInvalidState is returned when UnmarshalBinary gets bytes that are no state of this method on this space. The search is then unchanged.
	ErrInvalidState = fault.New(1993, "optimize: the state is not of this search")
	// ErrUnknownTrial is returned when an answer is for a trial that was never issued.
	ErrUnknownTrial = fault.New(4660, "optimize: no such trial")
	// ErrAlreadyTold is returned for the second answer to a trial; the first one stands.
	ErrAlreadyTold = fault.New(4661, "optimize: the trial has its answer")
	// ErrExhausted is returned when there is nothing left to ask: the limit is reached, or every point of the space was issued.
	ErrExhausted = fault.New(4662, "optimize: nothing is left to try")
)

// PointError says which value of a point is not one of its dimension.
type PointError struct {
	// Dimension is the name of the dimension; empty if the number of values is wrong.
	Dimension string
	// Got is the value.
	Got float64
	// Why says what is wrong with it.
	Why string
}

// Error names the dimension and the value.
func (e *PointError) Error() string {
	return fmt.Sprintf("optimize: check point %.64q: %v %s", e.Dimension, e.Got, e.Why)
}

// Unwrap returns ErrInvalidPoint.
func (e *PointError) Unwrap() error { return ErrInvalidPoint }

// FaultCode returns the code of ErrInvalidPoint.
func (e *PointError) FaultCode() fault.Code { return 1992 }
