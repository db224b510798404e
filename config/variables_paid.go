// SPDX-License-Identifier: Apache-2.0

package config

import "mabeam.dev/market/money"

// Paid reports whether agents pay for a decision.
func (d VariableDecision) Paid() bool {
	return d.Mode == PivotalDecision || d.Mode == SecondPriceDecision
}

// Asset is what is paid with.
func (d VariableDecision) Asset(m Market) money.Asset {
	if d.Currency != "" {
		return money.Asset(d.Currency)
	}
	return money.Asset(m.Currency)
}

// paid checks what it takes to pay for decisions.
func (c *spaceCheck) paid(d VariableDecision, path string) {
	switch {
	case !d.Paid():
		if d.Budget != 0 || d.Reserve != 0 || d.Currency != "" {
			c.tell(path+".budget", fault{code: CodeConflict, reason: "nobody pays for a decision of mode " + string(d.Mode), want: "mode pivotal or second_price, or no budget, reserve and currency"}, path+".mode")
		}
		return
	case c.market == nil:
		c.tell(path+".mode", fault{code: CodeConflict, reason: "there is no money without a section market", want: "a section market, or another mode"}, path)
	}
	if d.Budget == 0 {
		c.tell(path+".budget", fault{code: CodeMissing, reason: "a decision that is paid for needs a budget above 0"}, path+".mode")
	}
	if d.Reserve > d.Budget || d.Reserve != 0 && d.Mode == PivotalDecision {
		c.tell(path+".reserve", fault{code: CodeConflict, reason: "the reserve is above the budget, or of a mode that has no bids", want: "mode second_price, and a reserve up to the budget"}, path+".budget")
	}
	if d.Currency != "" {
		c.asset(d.Currency, path+".currency")
	}
}
