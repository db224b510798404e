// SPDX-License-Identifier: Apache-2.0

// Package listing is a marketplace: offers with a price, requests that rank them, and deals that are paid when the work is done. Deals can also be
// agreed on elsewhere, in an auction for example.
//
// # Guarantees
//
// The listed price is what a deal costs, never more. A provider never has more deals of a listing than its capacity. The price of a deal waits in an
// hold of the deal, and the provider's deposit in another; the end pays out exactly that: to the provider, to the buyer and to the fees, once. Every fee has a payer and a
// reason: a listing and what was earned are the provider's, a cancellation is the buyer's. Matches are ranked by what is measured of providers,
// of equal ones by id, so that a request always gets the same answer. Only a deal that is over has an [Outcome].
//
//	Ordered -> Funded -> InProgress -> Delivered -> Accepted -> Paid    accepted, or by silence
//	                                   Delivered -> Disputed -> Resolved
//	           Funded -> Delivered                                      work that needs no beginning
//	           Funded, InProgress -> Refunded                           abandoned, or not delivered in time
//	           Funded -> Cancelled                                      by the buyer
//
// # Usage
//
//	moves, err := market.List(at, listing.Listing{ID: "l-1", Provider: "ann", Kind: "review", Price: 5 * money.Unit, Capacity: 3})
//	best := market.Find(at, listing.Request{Kind: "review"})[0]
//	moves, err = market.Buy(at, "d-1", best.ID, "bob", best.Price)
//
// # Duties of the user
//
// Make the moves in the ledger and say what became of them: Listed, Ready, Settled. Call Expire, and Expired for what is Due; nothing happens by itself. The
// judge's answers are measurements; where commands are replayed it must give the same ones. Who may Resolve, the caller knows.
//
// # Failure modes
//
// [InputError], [StateError], [PriceError], [ReputationError], [ErrUnknown], [ErrDuplicate], [ErrFull], [ErrNotYours]; none changes anything.
//
// # State and testing
//
// All state is in the [Market]. Time is an argument, in nanoseconds. It needs no double but a function as the judge.
package listing
