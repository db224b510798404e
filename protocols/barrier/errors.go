// SPDX-License-Identifier: Apache-2.0

package barrier

import (
	"fmt"

	"mabeam.dev/actors/fault"
)

// Sentinels of the conditions that callers branch on.
var (
	// ErrInvalidSpec is returned for what no barrier or arrival can be.
	ErrInvalidSpec = fault.New(1962, "barrier: cannot be")
	// ErrNotRegistered is returned to who is no member of the phaser, or not inside the double barrier.
	ErrNotRegistered = fault.New(1963, "barrier: not a member")
	// ErrBroken is what a *BrokenError is.
	ErrBroken = fault.New(4811, "barrier: broken")
	// ErrGeneration is what a *GenerationError is.
	ErrGeneration = fault.New(4812, "barrier: another generation")
	// ErrArrived is returned to a member that waits already.
	ErrArrived = fault.New(4813, "barrier: the member has arrived")
	// ErrFull is returned to who wants to enter a double barrier that is full.
	ErrFull = fault.New(6902, "barrier: full")
)

// Cause is why a barrier broke.
type Cause uint8

// The causes.
const (
	// Ended: a member ended.
	Ended Cause = iota
	// TimedOut: a member waited as long as it was to.
	TimedOut
	// Left: a member that waited gave up.
	Left
	// Reset: somebody reset the barrier.
	Reset
)

var causes = [...]string{"ended", "waited too long", "gave up", "reset it"}

// String returns the cause as the end of a sentence about the culprit.
func (c Cause) String() string {
	if int(c) < len(causes) {
		return causes[c]
	}
	return "unknown"
}

// BrokenError says who broke a barrier.
type BrokenError struct {
	// Generation is the one that is never going to trip.
	Generation uint64 `json:"generation"`
	// Culprit is the member it broke for.
	Culprit string `json:"culprit"`
	// Cause is what the culprit did.
	Cause Cause `json:"cause"`
}

// Error names the generation and the culprit.
func (e *BrokenError) Error() string {
	return fmt.Sprintf("barrier: generation %d is broken: %s %v", e.Generation, e.Culprit, e.Cause)
}

// Is reports that it is ErrBroken.
func (*BrokenError) Is(target error) bool { return target == ErrBroken }

// Timeout reports whether the culprit waited too long.
func (e *BrokenError) Timeout() bool { return e.Cause == TimedOut }

// FaultCode is E4811.
func (*BrokenError) FaultCode() fault.Code { return 4811 }

// GenerationError says that an arrival is for a generation that is over or not begun.
type GenerationError struct {
	// Have is the generation that fills now, Got the one of the arrival.
	Have, Got uint64
}

// Error names both generations.
func (e *GenerationError) Error() string {
	return fmt.Sprintf("barrier: generation %d: %d fills now", e.Got, e.Have)
}

// Unwrap returns ErrGeneration.
func (*GenerationError) Unwrap() error { return ErrGeneration }

// FaultCode is E4812.
func (*GenerationError) FaultCode() fault.Code { return 4812 }
