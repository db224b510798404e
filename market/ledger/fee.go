// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"fmt"

	"mabeam.dev/market/money"
)

// Fee is a rule for what is charged on an amount. The zero Fee is nothing.
type Fee struct {
	// PerMillion is the share of the amount in millionths: 30,000 is 3 %. It is rounded down.
	PerMillion int64
	// Flat is added to the share.
	Flat money.Amount
	// Least is charged at least; Most at most, unless it is 0.
	Least, Most money.Amount
}

// Of returns the fee on an amount that is not negative. It is never more than the amount. A rule with a negative part, a share above the
// whole or a Most below Least is money.ErrInvalidAmount.
func (f Fee) Of(a money.Amount) (money.Amount, error) {
	if a < 0 || f.PerMillion < 0 || f.PerMillion > 1_000_000 || f.Flat < 0 || f.Least < 0 || f.Most < 0 || f.Most != 0 && f.Most < f.Least {
		return 0, fmt.Errorf("ledger: fee %+v on %v: %w", f, a, money.ErrInvalidAmount)
	}
	share, err := money.MulDiv(a, f.PerMillion, 1_000_000, money.Down)
	if err != nil {
		return 0, err
	}
	fee, err := share.Add(f.Flat)
	if err != nil {
		return 0, err
	}
	fee = max(fee, f.Least)
	if f.Most != 0 {
		fee = min(fee, f.Most)
	}
	return min(fee, a), nil
}
