// SPDX-License-Identifier: Apache-2.0

package stake

import (
	"fmt"

	"mabeam.dev/actors/fault"
	"mabeam.dev/market/money"
)

// Errors that callers branch on. None of them changes anything.
var (
	// ErrDuplicate is returned for a deal, a violation or a policy that was there before, open or closed.
	ErrDuplicate = fault.New(4551, "stake: duplicate")
	// ErrFrozen is returned where stake is to be withdrawn while a case about its owner is open.
	ErrFrozen = fault.New(4552, "stake: frozen by an open case")
	// ErrCapacity is returned for a policy beyond what the pool can stand for.
	ErrCapacity = fault.New(4553, "stake: the pool cannot cover that")
	// ErrUnknown is returned for an owner, a case or a policy that is not there.
	ErrUnknown = fault.New(7615, "stake: unknown")
)

// InputError is a mistake in an argument.
type InputError struct {
	// Field is its name, and Why what is wrong with it.
	Field, Why string
}

// Error says what was wrong, and with what.
func (e *InputError) Error() string { return fmt.Sprintf("stake: %q: %s", e.Field, e.Why) }

// FaultCode is E1850.
func (*InputError) FaultCode() fault.Code { return 1850 }

// TooLowError is returned where somebody has too little at stake.
type TooLowError struct {
	// Owner is whose stake it is.
	Owner string
	// Have is what is at stake, Need what has to be.
	Have, Need money.Amount
}

// Error says what was wrong, and with what.
func (e *TooLowError) Error() string {
	return fmt.Sprintf("stake: %q has %v at stake, needs %v", e.Owner, e.Have, e.Need)
}

// FaultCode is E4554.
func (*TooLowError) FaultCode() fault.Code { return 4554 }

// StateError is returned for a step that a case or a policy cannot take from where it is.
type StateError struct {
	// ID is the case or policy, Have its state, and Step what was asked.
	ID, Have, Step string
}

// Error says what was wrong, and with what.
func (e *StateError) Error() string {
	return fmt.Sprintf("stake: %s %q: it is %s", e.Step, e.ID, e.Have)
}

// FaultCode is E4555.
func (*StateError) FaultCode() fault.Code { return 4555 }
