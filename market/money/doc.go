// SPDX-License-Identifier: Apache-2.0

// Package money counts money and goods in whole millionths, and refuses every sum that it cannot hold exactly.
//
// # Guarantees
//
// An [Amount] is an int64 of micro-units: one unit of a currency is [Unit]. Goods and lots are counted in whole pieces, so an Amount of 3 of a
// good is three pieces, which Format writes as 0.000003. No operation wraps, saturates, or passes through a floating point number: what does not fit is [ErrOverflow], and the
// amount that comes with an error is 0. Products are computed in 128 bits, so [MulDiv] overflows only where its result does. Nothing is
// rounded without a [Round] that the caller wrote. [Split] gives parts that add up to the whole, always. [Parse] takes a decimal number or
// refuses it; Format of what it took is the shortest text of the same amount.
//
// # Usage
//
//	price, err := money.Parse("12.50")
//	fee, err := money.MulDiv(price, 3, 100, money.Down) // 3 %, in favour of who pays
//	rest, err := price.Sub(fee)
//
// Rounding follows who gains: fees go [Down], charges of a market maker [Up], a payment is never above its bid, and a refund is the remainder.
//
// # Duties of the user
//
// Keep the [Asset] beside the amount where amounts of several assets meet: [Money] is both, and its sums refuse to mix them. Code that adds
// many amounts at once uses a [Sum], which cannot overflow on the way.
//
// # Failure modes
//
// [ErrOverflow], [ErrInvalidAmount], [ErrPrecision], [ErrCurrencyMismatch], [ErrInvalidAsset]; each tells apart what a user can do about it.
//
// # State and testing
//
// Values only. Everything can be called from everywhere.
package money
