// SPDX-License-Identifier: Apache-2.0

// Package trade coordinates by a market: rounds of auctions that an exchange holds, which owns money, prices and settlement.
//
// # Guarantees
//
// Every round is one auction under the key coord/<session>/<round>, so that a session that crashed gets the same auction again, and never a second
// one. The award is what the exchange says; nothing is computed again. There is another round only where supply is left over, or where the price has
// moved and somebody's bid was not met, and five at most.
//
// # Usage
//
//	m, err := trade.New(trade.Spec{Session: "s1", Auction: []byte(`{"kind":"vickrey"}`)})
//
// # Duties of the user
//
// Connect a service that opens auctions and waits for their outcome, both idempotent by key: it gets an [Order] and answers with an [Award].
//
// # Failure modes
//
// [consensus.RuleError] for a spec that cannot be, all mistakes joined. An exchange that fails is no decision, and so is a market without a bid that
// is good enough.
//
// # OTP
//
// OTP has no counterpart.
//
// # State and testing
//
// A machine's state belongs to its run; see package machine.
package trade
