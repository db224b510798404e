// SPDX-License-Identifier: Apache-2.0

// Package predict is a prediction market with an automatic maker: the logarithmic market scoring rule, charged in whole micro-units.
//
// # Guarantees
//
// Shares of an outcome pay one unit each if it comes true. What is sold, q, has the charge b ln(sum exp(q/b)) rounded up by less than 2 micro-units,
// and a trade costs the difference of the charges after and before it. So nothing is gained by going back and forth, by no path, however
// long; the maker never loses more than [Spec.Subsidy]; and payouts and what is left for the maker are exactly the subsidy and what was
// taken. Nobody sells what they do not have. A market is paid once: afterwards everything is [ErrAlreadyResolved].
//
// Logarithms differ in their last digit between machines. Each charge is therefore computed once and is part of the [Event]; [Market.Apply]
// computes none again.
//
// # Usage
//
//	m, err := predict.New(predict.Spec{Outcomes: []string{"done", "late"}, Liquidity: 100 * money.Unit})
//	event, err := m.Trade(at, "ann", 0, 10*money.Unit, 6*money.Unit) // 10 shares of "done" for at most 6 units
//
// Then Shut, Propose and, after the time for disputes, Confirm; or Dispute and Resolve; or Cancel. Settle says who gets what.
//
// # Duties of the user
//
// Put the subsidy aside before the market opens, and the price of a trade before it is confirmed. See to it that only those propose, resolve and
// cancel who may. Write events down before they are answered.
//
// # Failure modes
//
// [SpecError], [StateError], [ErrTooLarge], [ErrPrice], [ErrShares], [ErrAlreadyResolved]; none changes the market.
//
// # State and testing
//
// All state is in the [Market]. It has no clock and needs no double.
package predict
