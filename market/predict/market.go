// SPDX-License-Identifier: Apache-2.0

package predict

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"mabeam.dev/market/money"
)

// State is where a market is on its way.
type State uint8

// The states. Resolved and Void are the ends.
const (
	Open     State = iota // trades
	Closed                // waits for the outcome
	Proposed              // an outcome was named and may be disputed
	Disputed              // somebody else has to decide
	Resolved              // paid by the outcome
	Void                  // paid by the closing prices
)

var states = [...]string{"open", "closed", "proposed", "disputed", "resolved", "void"}

// String returns the word for the state.
func (s State) String() string {
	if int(s) < len(states) {
		return states[s]
	}
	return fmt.Sprintf("predict.State(%d)", uint8(s))
}

// Spec says what is foretold.
type Spec struct {
	// Outcomes are 2 to 256 names, each another one; one of them will be true.
	Outcomes []string
	// Liquidity is how much has to be bought to move prices: the b of the formula, 0.001 units to 2^36 micro-units. It decides the subsidy.
	Liquidity money.Amount
	// Close is when trading ends, in nanoseconds; 0 is by command only.
	Close int64
	// Disputes is for how many nanoseconds a proposed outcome can be disputed.
	Disputes int64
}

// Validate returns every mistake, joined.
func (s Spec) Validate() error {
	var all []error
	bad := func(field, why string) { all = append(all, &SpecError{field, why}) }
	if len(s.Outcomes) < 2 || len(s.Outcomes) > 256 {
		bad("Outcomes", "are not 2 to 256")
	}
	sorted := slices.Sorted(slices.Values(s.Outcomes))
	if len(slices.Compact(slices.Clone(sorted))) != len(sorted) {
		bad("Outcomes", "has a name twice")
	}
	if slices.Contains(s.Outcomes, "") {
		bad("Outcomes", "has an empty name")
	}
	if s.Liquidity < 1000 || s.Liquidity > 1<<36 {
		bad("Liquidity", "is not in 0.001 units to 2^36 micro-units")
	}
	if s.Close < 0 {
		bad("Close", "is negative")
	}
	if s.Disputes < 0 {
		bad("Disputes", "is negative")
	}
	return errors.Join(all...)
}

// Subsidy is what the maker puts aside before the market opens: the most that it can lose, whatever is traded and whatever comes true.
func (s Spec) Subsidy() money.Amount {
	return money.Amount(math.Ceil(float64(s.Liquidity)*math.Log(float64(len(s.Outcomes))))) + 2
}

// Market is one market. It has one owner, who calls one method at a time.
type Market struct {
	spec     Spec
	state    State
	sold     []money.Amount // by outcome
	charged  money.Amount   // the charge of what is sold
	first    money.Amount   // the charge of nothing
	holders  map[string][]money.Amount
	proposed int
	until    int64 // when a proposal stands
}

// New returns an open market in which nothing is sold, or every mistake of the spec.
func New(spec Spec) (*Market, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	spec.Outcomes = slices.Clone(spec.Outcomes)
	m := &Market{spec: spec, sold: make([]money.Amount, len(spec.Outcomes)), holders: map[string][]money.Amount{}}
	first, err := charge(spec.Liquidity, m.sold)
	if err != nil {
		return nil, err
	}
	m.first, m.charged = first, first
	return m, nil
}

// State returns where the market is.
func (m *Market) State() State { return m.state }

// Sold returns how many shares of an outcome are out, in micro-shares; a share pays one unit.
func (m *Market) Sold(outcome int) money.Amount { return m.sold[outcome] }

// Taken is what traders have paid so far, less what they got back.
func (m *Market) Taken() money.Amount { return m.charged - m.first }

// Holding returns the shares of an owner by outcome; nil for none.
func (m *Market) Holding(owner string) []money.Amount { return slices.Clone(m.holders[owner]) }

// Price returns what a share of an outcome costs at the margin, rounded down: the probability that the market gives it. It is a
// picture; what a trade costs is what Quote says.
func (m *Market) Price(outcome int) money.Amount { return price(m.spec.Liquidity, m.sold, outcome) }

// Quote returns what shares of an outcome cost now, or bring if they are negative; nothing changes.
func (m *Market) Quote(outcome int, shares money.Amount) (money.Amount, error) {
	c, err := m.next(outcome, shares)
	if err != nil {
		return 0, err
	}
	return c - m.charged, nil
}

// next returns the charge after a trade.
func (m *Market) next(outcome int, shares money.Amount) (money.Amount, error) {
	if outcome < 0 || outcome >= len(m.sold) {
		return 0, &SpecError{"outcome", fmt.Sprintf("%d of %d", outcome, len(m.sold))}
	}
	if shares == 0 || shares <= -limit || shares >= limit {
		if shares == 0 {
			return 0, &SpecError{"shares", "is 0"}
		}
		return 0, fmt.Errorf("predict: %v shares: %w", shares, ErrTooLarge)
	}
	was := m.sold[outcome]
	if was+shares < 0 {
		return 0, fmt.Errorf("predict: sell %v of %v: %w", -shares, was, ErrShares)
	}
	m.sold[outcome] = was + shares
	c, err := charge(m.spec.Liquidity, m.sold)
	m.sold[outcome] = was
	if err != nil {
		return 0, fmt.Errorf("predict: %v shares: %w", shares, err)
	}
	return c, nil
}
