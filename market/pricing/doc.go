// SPDX-License-Identifier: Apache-2.0

// Package pricing tells prices from sales, and sets prices by what is measured.
//
// # Guarantees
//
// A [Price] rests on sales alone, never on what somebody only offers: without sales there is [ErrNoPrice] and no default. In its index every pair
// of counterparties has one vote, so that two who trade back and forth move it no more than any other two, and its interval says how far the votes
// scatter. [Dynamic] follows demand and supply within its cap, smoothed, not at every trifle, and at most once in an interval.
// [ByPerformance] pays for what was measured, the less the fewer deals there were. [Suggest] is an estimate from quotes that were taken and
// refused, with its interval, and refuses to guess from few. Prices are whole micro-units throughout; floating point is in shares and intervals only.
//
// # Usage
//
//	p, err := pricing.Of(sales, now, int64(24*time.Hour))
//	changed, err := dynamic.Measure(now, requests, capacity)
//
// # Duties of the user
//
// Give sales in their order, and only settled ones. Merge the identities of one owner before: the index counts names.
//
// # Failure modes
//
// [ErrNoPrice], [ErrInsufficientData], and [SpecError] for arguments that cannot be.
//
// # State and testing
//
// A [Dynamic] has its state; all else are functions. Time is an argument.
package pricing
