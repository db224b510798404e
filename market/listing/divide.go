// SPDX-License-Identifier: Apache-2.0

package listing

import "mabeam.dev/market/money"

// Move is money that goes from one account to another; the ledger makes it. Accounts are those of package ledger: what goes to a held account is a
// hold, and what comes from one closes it.
type Move struct {
	From, To string
	Amount   money.Amount
}

// The accounts of the ledger that deals move between.
func available(owner string) string  { return owner + "/available" }
func held(owner, deal string) string { return owner + "/held/deal/" + deal }

const fees = "fees"

// moves leaves out what moves nothing.
func moves(all ...Move) []Move {
	var some []Move
	for _, m := range all {
		if m.Amount > 0 {
			some = append(some, m)
		}
	}
	return some
}

// pay divides the price: the buyer's part back, the fees of the provider's part, and the rest of it. The deposit is divided alike, without fees.
func (m *Market) pay(d *Deal, end State, share int64) []Move {
	gets, keeps := part(d.Price, share), part(d.Deposit, share)
	rate := m.spec.Transaction
	if d.Success {
		rate += m.spec.Success
	}
	if d.Waived {
		rate = 0
	}
	fee := part(gets, rate)
	fee -= part(fee, d.discount)
	m.over(d, end)
	return moves(
		Move{held(d.Buyer, d.ID), fees, fee},
		Move{held(d.Buyer, d.ID), available(d.Provider), gets - fee},
		Move{held(d.Buyer, d.ID), available(d.Buyer), d.Price - gets},
		Move{held(d.Provider, d.ID), available(d.Provider), keeps},
		Move{held(d.Provider, d.ID), available(d.Buyer), d.Deposit - keeps},
	)
}

// refund gives the buyer the price back, and the deposit.
func (m *Market) refund(d *Deal) []Move {
	m.over(d, Refunded)
	return moves(Move{held(d.Buyer, d.ID), available(d.Buyer), d.Price}, Move{held(d.Provider, d.ID), available(d.Buyer), d.Deposit})
}

// part is a share of an amount that is at most the amount, rounded down.
func part(of money.Amount, share int64) money.Amount {
	v, err := money.MulDiv(of, share, million, money.Down)
	if err != nil {
		return 0 // a share of at most one always fits
	}
	return v
}
