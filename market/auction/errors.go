// SPDX-License-Identifier: Apache-2.0

package auction

import (
	"fmt"

	"mabeam.dev/actors/fault"
	"mabeam.dev/market/money"
)

// Conditions that callers branch on. None of them changes the auction.
var (
	// ErrInvalidSpec is what every *SpecError is: no auction can be held by such rules.
	ErrInvalidSpec = fault.New(1871, "auction: the rules cannot be")
	// ErrInvalidBid is what every *BidError is: such a bid can be accepted at no time.
	ErrInvalidBid = fault.New(1872, "auction: not a bid")
	// ErrTooLarge is what every *SizeError is: a limit of the auction is passed.
	ErrTooLarge = fault.New(1873, "auction: too large")
	// ErrCommitMismatch is returned when what is revealed is not what the bidder committed itself to.
	ErrCommitMismatch = fault.New(1874, "auction: what is revealed is not what was committed")
	// ErrMalformed is returned for an encoded input that Encode has not written.
	ErrMalformed = fault.New(1875, "auction: not an encoded input")

	// ErrInvalidState is what every *StateError is: the event does not fit the state.
	ErrInvalidState = fault.New(4571, "auction: not in this state")
	// ErrClosed is returned for bids when no more are taken.
	ErrClosed = fault.New(4572, "auction: closed")
	// ErrSuspended is returned while the auction is suspended.
	ErrSuspended = fault.New(4573, "auction: suspended")
	// ErrBidBinding is returned to who would withdraw a bid that binds.
	ErrBidBinding = fault.New(4574, "auction: the bid is binding")
	// ErrIdempotencyConflict is returned for a key that stands for another request.
	ErrIdempotencyConflict = fault.New(4575, "auction: the key stands for another request")
	// ErrStale is returned for a timer of an earlier generation, or of a tick that has been; who gets it forgets the timer.
	ErrStale = fault.New(4576, "auction: the timer is out of date")
	// ErrEarly is returned for a timer that is not due yet.
	ErrEarly = fault.New(4577, "auction: the timer is not due")
	// ErrNoBid is returned to who would withdraw or reveal, and has no bid.
	ErrNoBid = fault.New(4578, "auction: the bidder has no bid")
	// ErrWithdrawn is returned to who would withdraw a bid twice.
	ErrWithdrawn = fault.New(4579, "auction: the bid is withdrawn already")
	// ErrNotOffered is returned to who would buy now when that is not offered, or no longer.
	ErrNotOffered = fault.New(4580, "auction: not to be bought now")
	// ErrBidTooLow is what a *PriceError is: the bid does not reach what is asked.
	ErrBidTooLow = fault.New(4581, "auction: the bid is not good enough")
	// ErrBelowReserve is what a *ReserveError is: the bid does not reach the public reserve.
	ErrBelowReserve = fault.New(4582, "auction: the reserve is not met")
	// ErrNotProven is returned for a decision that needs a proven optimum and comes without.
	ErrNotProven = fault.New(4583, "auction: the winners are not proven to be the best")
	// ErrInfeasible is returned when all tasks are to be awarded and no bids cover them.
	ErrInfeasible = fault.New(4584, "auction: not everything can be awarded")
	// ErrMonopolist is what a *MonopolistError is: nothing bounds what a bidder could ask.
	ErrMonopolist = fault.New(4585, "auction: no other bidder can stand in")
	// ErrBudget is returned when the winners together cost more than the budget.
	ErrBudget = fault.New(4586, "auction: the winners cost more than the budget")
	// ErrAnswer is returned for an answer of a solver that is none to the problem.
	ErrAnswer = fault.New(4587, "auction: the answer does not fit the problem")
	// ErrUncovered is returned when holds are less than what they have to pay.
	ErrUncovered = fault.New(4588, "auction: the holds do not cover the outcome")
	// ErrUnauthorized is returned to bidders that were not invited, and to who may not do what it asks.
	ErrUnauthorized = fault.New(4589, "auction: not allowed")
	// ErrSellerBid is returned to a seller that bids in its own auction, and to a buyer that offers to itself.
	ErrSellerBid = fault.New(4590, "auction: the owner may not bid")
	// ErrRelatedParty is returned to bidders that belong to the owner.
	ErrRelatedParty = fault.New(4591, "auction: a related party may not bid")
	// ErrTooManyBidders is returned to a new bidder when there are as many as may be.
	ErrTooManyBidders = fault.New(6721, "auction: too many bidders")
)

// SpecError is one mistake in a spec.
type SpecError struct {
	// Field is its name, as "english.increment.bands[1]", and Why what is wrong with it.
	Field, Why string
}

// Error names the field and the mistake.
func (e *SpecError) Error() string { return fmt.Sprintf("auction: spec %q: %s", e.Field, e.Why) }

// Unwrap returns ErrInvalidSpec.
func (e *SpecError) Unwrap() error { return ErrInvalidSpec }

// FaultCode is E1871.
func (*SpecError) FaultCode() fault.Code { return 1871 }

// BidError is a mistake in a bid.
type BidError struct {
	// Field is where, and Why what is wrong. Neither tells an amount.
	Field, Why string
}

// Error names the field and the mistake.
func (e *BidError) Error() string { return fmt.Sprintf("auction: bid %q: %s", e.Field, e.Why) }

// Unwrap returns ErrInvalidBid.
func (e *BidError) Unwrap() error { return ErrInvalidBid }

// FaultCode is E1872.
func (*BidError) FaultCode() fault.Code { return 1872 }

// SizeError says which limit is passed.
type SizeError struct {
	// What is counted.
	What string
	// Limit is how many there may be.
	Limit int64
}

// Error names what there is too much of, and the limit.
func (e *SizeError) Error() string {
	return fmt.Sprintf("auction: more than %d %s: too large", e.Limit, e.What)
}

// Unwrap returns ErrTooLarge.
func (e *SizeError) Unwrap() error { return ErrTooLarge }

// FaultCode is E1873.
func (*SizeError) FaultCode() fault.Code { return 1873 }

// StateError says that an event does not fit the state.
type StateError struct {
	// Have is the state.
	Have State
	// Want are those in which the event can be.
	Want []State
	// Event is its name.
	Event string
}

// Error names the event, the state and those that it needs.
func (e *StateError) Error() string {
	return fmt.Sprintf("auction: %s while %v: possible while %v", e.Event, e.Have, e.Want)
}

// Unwrap returns ErrInvalidState.
func (e *StateError) Unwrap() error { return ErrInvalidState }

// FaultCode is E4571.
func (*StateError) FaultCode() fault.Code { return 4571 }

// PriceError says what a bid has to reach.
type PriceError struct {
	// Min is the least that is taken; of a procurement it is the most.
	Min money.Amount
}

// Error names what is asked.
func (e *PriceError) Error() string {
	return fmt.Sprintf("auction: the bid is not good enough: %v is asked", e.Min)
}

// Unwrap returns ErrBidTooLow.
func (e *PriceError) Unwrap() error { return ErrBidTooLow }

// FaultCode is E4581.
func (*PriceError) FaultCode() fault.Code { return 4581 }

// ReserveError says what the public reserve is.
type ReserveError struct {
	// Reserve is the least price at which is sold; of a procurement, the most at which is bought.
	Reserve money.Amount
}

// Error names the reserve.
func (e *ReserveError) Error() string {
	return fmt.Sprintf("auction: the reserve of %v is not met", e.Reserve)
}

// Unwrap returns ErrBelowReserve.
func (e *ReserveError) Unwrap() error { return ErrBelowReserve }

// FaultCode is E4582.
func (*ReserveError) FaultCode() fault.Code { return 4582 }

// MonopolistError names who could ask for anything.
type MonopolistError struct {
	// Bidder is the one without whom a task stays open.
	Bidder string
}

// Error names the bidder.
func (e *MonopolistError) Error() string {
	return fmt.Sprintf("auction: without %q not everything is awarded, and there is no ceiling", e.Bidder)
}

// Unwrap returns ErrMonopolist.
func (e *MonopolistError) Unwrap() error { return ErrMonopolist }

// FaultCode is E4585.
func (*MonopolistError) FaultCode() fault.Code { return 4585 }
