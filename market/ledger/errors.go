// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"fmt"

	"mabeam.dev/actors/fault"
	"mabeam.dev/market/money"
)

// Sentinels of the conditions that callers branch on.
var (
	// ErrInvalidTransaction is what every *TransactionError is: the transaction cannot be, in whatever state the book is.
	ErrInvalidTransaction = fault.New(1821, "ledger: not a transaction")
	// ErrIdempotencyConflict is what a *ConflictError is: the key was used for something else.
	ErrIdempotencyConflict = fault.New(4511, "ledger: the key stands for another transaction")
	// ErrFenced is what a *FencedError is: somebody newer writes to the ref.
	ErrFenced = fault.New(4512, "ledger: the epoch is over")
	// ErrUnknownHold is returned when a hold to close was never opened.
	ErrUnknownHold = fault.New(4513, "ledger: no such hold")
	// ErrHoldClosed is returned when a hold to close was captured or released before.
	ErrHoldClosed = fault.New(4514, "ledger: the hold is closed")
	// ErrHoldExists is returned when the id of a hold to open was used before.
	ErrHoldExists = fault.New(4515, "ledger: the id of the hold is taken")
	// ErrInsufficientFunds is what a *FundsError is: an account would fall below 0.
	ErrInsufficientFunds = fault.New(4516, "ledger: not enough in the account")
	// ErrUnknownAccount is what an *AccountError is: nobody opened the account.
	ErrUnknownAccount = fault.New(4517, "ledger: no such account")
	// ErrSnapshot is returned for an encoded book that is not what was encoded.
	ErrSnapshot = fault.New(2611, "ledger: the snapshot is damaged")
	// ErrImbalance is what an *ImbalanceError is: a history breaks a law of the ledger.
	ErrImbalance = fault.New(2612, "ledger: the books do not balance")
)

// TransactionError is one thing that is wrong with a transaction itself.
type TransactionError struct {
	// Key is the transaction's key, as it was given.
	Key string
	// Field is the place: "postings[2].amount".
	Field string
	// Reason says what is wrong.
	Reason string
}

// Error names key, field and reason.
func (e *TransactionError) Error() string {
	return fmt.Sprintf("ledger: transaction %.100q: %s: %s", e.Key, e.Field, e.Reason)
}

// Unwrap returns ErrInvalidTransaction.
func (e *TransactionError) Unwrap() error { return ErrInvalidTransaction }

// FaultCode is E1821.
func (*TransactionError) FaultCode() fault.Code { return 1821 }

// ConflictError says which transaction has the key.
type ConflictError struct {
	// Key is the key that both have.
	Key string
	// Seq is the place of the transaction that was applied with it.
	Seq uint64
}

// Error names the key and the earlier transaction.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("ledger: apply %q: transaction %d has the key and other content", e.Key, e.Seq)
}

// Unwrap returns ErrIdempotencyConflict.
func (e *ConflictError) Unwrap() error { return ErrIdempotencyConflict }

// FaultCode is E4511.
func (*ConflictError) FaultCode() fault.Code { return 4511 }

// FencedError says that a writer to a ref has been succeeded.
type FencedError struct {
	// Ref is what was written to.
	Ref string
	// Epoch is the writer's, Current the one that the book has seen for the ref.
	Epoch, Current uint64
}

// Error names the ref and both epochs.
func (e *FencedError) Error() string {
	return fmt.Sprintf("ledger: write to %q: epoch %d is over, %d writes now", e.Ref, e.Epoch, e.Current)
}

// Unwrap returns ErrFenced.
func (e *FencedError) Unwrap() error { return ErrFenced }

// FaultCode is E4512.
func (*FencedError) FaultCode() fault.Code { return 4512 }

// FundsError says what an account lacks.
type FundsError struct {
	Account Account     // that would fall below 0
	Asset   money.Asset // of which it has too little
	// Need is what the transaction takes out of it on balance, Have what is in it; Max stands for a need beyond it.
	Need, Have money.Amount
}

// Error names the account, the need and what is there.
func (e *FundsError) Error() string {
	return fmt.Sprintf("ledger: take %v %s from %q: it has %v", e.Need, e.Asset, e.Account, e.Have)
}

// Unwrap returns ErrInsufficientFunds.
func (e *FundsError) Unwrap() error { return ErrInsufficientFunds }

// FaultCode is E4516.
func (*FundsError) FaultCode() fault.Code { return 4516 }

// AccountError names an account that nobody opened.
type AccountError struct {
	// Account is the one.
	Account Account
}

// Error names the account.
func (e *AccountError) Error() string { return fmt.Sprintf("ledger: account %q: not open", e.Account) }

// Unwrap returns ErrUnknownAccount.
func (e *AccountError) Unwrap() error { return ErrUnknownAccount }

// FaultCode is E4517.
func (*AccountError) FaultCode() fault.Code { return 4517 }

// ImbalanceError is the first thing in a history, or in a book, that breaks a law.
type ImbalanceError struct {
	// Seq is the transaction at which it was found; 0 means in the book as a whole.
	Seq uint64
	// Law is the law: "sum", "negative", "key", "hold", "account", "order".
	Law string
	// Reason says what was found.
	Reason string
}

// Error names the transaction, the law and what was found.
func (e *ImbalanceError) Error() string {
	return fmt.Sprintf("ledger: audit of transaction %d: %s: %s", e.Seq, e.Law, e.Reason)
}

// Unwrap returns ErrImbalance.
func (e *ImbalanceError) Unwrap() error { return ErrImbalance }

// FaultCode is E2612.
func (*ImbalanceError) FaultCode() fault.Code { return 2612 }
