// SPDX-License-Identifier: Apache-2.0

package money

import "mabeam.dev/actors/fault"

// Errors that say why an amount cannot be.
var (
	// ErrOverflow is returned when a result does not fit into an Amount.
	ErrOverflow = fault.New(1811, "money: the amount does not fit")
	// ErrInvalidAmount is returned for a text that is no decimal number, and for an argument that can be no amount where it stands.
	ErrInvalidAmount = fault.New(1812, "money: not an amount")
	// ErrPrecision is returned for a decimal number with more than six digits behind the point.
	ErrPrecision = fault.New(1813, "money: more than six digits behind the point")
	// ErrCurrencyMismatch is returned when amounts of two assets meet in one sum.
	ErrCurrencyMismatch = fault.New(1814, "money: two assets in one sum")
	// ErrInvalidAsset is returned for a text that names no asset.
	ErrInvalidAsset = fault.New(1815, "money: not an asset")
)
