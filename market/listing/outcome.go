// SPDX-License-Identifier: Apache-2.0

package listing

import "mabeam.dev/market/money"

// Outcome is what the end of a deal is evidence of, for reputation: it is there only when the money has moved.
type Outcome struct {
	Deal, Buyer, Provider string
	Value                 money.Amount
	// Delivered in time, and Accepted by the buyer or the check; a deal that was resolved has neither.
	Delivered, Accepted bool
}

// Outcome returns it for a deal that is over, and reports whether there is one: a deal that the buyer gave up tells nothing.
func (m *Market) Outcome(id string) (Outcome, bool) {
	d := m.deals[id]
	if d == nil || !d.Settled || d.State != Paid && d.State != Refunded && d.State != Resolved {
		return Outcome{}, false
	}
	return Outcome{id, d.Buyer, d.Provider, d.Price, d.State == Paid, d.Success}, true
}
