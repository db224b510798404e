// SPDX-License-Identifier: Apache-2.0

// Package auctioning decides by what outcomes are worth to those who are affected: who pays what is decided with it.
//
// # Guarantees
//
// [Pivotal] takes the option whose values add up to most, and has an agent pay exactly the harm that it does to the others by having a say. Nobody gains
// by saying another value than the true one, as long as no budget caps it; nobody pays more than it said the chosen option is worth to it, and nobody is
// paid. [SecondPrice] gives the decision to one agent, at the price of the best bid that it beat; nobody gains by bidding another amount than the decision
// is worth to it. Both are exact: amounts are whole, and equal ones keep what there is, or go to who is named first.
//
// # Usage
//
//	ruling, err := auctioning.Pivotal(2, present, claims)
//	sale, err := auctioning.SecondPrice(bids, reserve)
//
// # Duties of the user
//
// Cap values and bids by what their agents can pay ([Claim.Cap]), and charge what is to be paid whichever option wins, or agents can block for free. An
// auction in which agents bid for an option that all share is not truthful: use Pivotal. Pivotal does not stand agents that collude.
//
// # Failure modes
//
// [SpecError] for claims and bids that cannot be, all mistakes joined.
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// Functions without state. Test them with tables.
package auctioning
