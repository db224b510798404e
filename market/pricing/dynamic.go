// SPDX-License-Identifier: Apache-2.0

package pricing

import (
	"errors"

	"mabeam.dev/market/money"
)

// million is one, in millionths.
const million = 1_000_000

// Rule says how a price follows demand and supply. Shares are in millionths.
type Rule struct {
	// Base is the price where demand and supply are equal.
	Base money.Amount
	// Rate is how much of the relative excess of demand becomes excess of price.
	Rate int64
	// Most is how far the price may be from Base.
	Most int64
	// Smooth is the weight of a new measurement against the ones before it; 0 is all of it.
	Smooth int64
	// Dead is by how much of itself the price must move to be changed at all.
	Dead int64
	// Interval is the least time between two changes, in nanoseconds.
	Interval int64
}

// Validate returns every mistake, joined.
func (r Rule) Validate() error {
	var all []error
	check := func(field string, v, least, most int64) {
		if v < least || v > most {
			all = append(all, &SpecError{field, "is out of its range"})
		}
	}
	check("Base", int64(r.Base), 1, 1<<50)
	check("Rate", r.Rate, 0, 1000*million)
	check("Most", r.Most, 0, 1000*million)
	check("Smooth", r.Smooth, 0, million)
	check("Dead", r.Dead, 0, million)
	check("Interval", r.Interval, 0, 1<<62)
	return errors.Join(all...)
}

// Dynamic is a price that follows measured demand and supply. It has one owner.
type Dynamic struct {
	rule    Rule
	price   money.Amount
	excess  int64 // smoothed, in millionths
	seen    bool
	changed int64
	moved   bool
}

// New returns the price of a rule, which is its base before anything is measured.
func New(r Rule) (*Dynamic, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	if r.Smooth == 0 {
		r.Smooth = million
	}
	return &Dynamic{rule: r, price: r.Base}, nil
}

// Price returns the price now.
func (d *Dynamic) Price() money.Amount { return d.price }

// Measure takes what was asked for and what was there since the last time, and reports whether the price changed. Where nothing was there and
// something was asked for, the excess is the largest there is: the price goes towards its cap. Where neither was, nothing is learned.
// Negative numbers are a *SpecError.
func (d *Dynamic) Measure(at, demand, supply int64) (bool, error) {
	if demand < 0 || supply < 0 {
		return false, &SpecError{"demand or supply", "is negative"}
	}
	if demand == 0 && supply == 0 {
		return false, nil
	}
	const largest = 1000 * million // a thousand times too much is as good as infinite
	excess := int64(largest)
	if supply > 0 {
		if ratio, err := money.MulDiv(money.Amount(demand), million, supply, money.HalfEven); err == nil {
			excess = min(int64(ratio)-million, largest)
		}
	}
	if d.seen && supply > 0 {
		step, err := money.MulDiv(money.Amount(excess-d.excess), d.rule.Smooth, million, money.HalfEven)
		if err != nil {
			return false, err
		}
		excess = d.excess + int64(step)
	}
	d.excess, d.seen = excess, true
	next, err := d.rule.at(excess)
	if err != nil {
		return false, err
	}
	dead, err := money.MulDiv(d.price, d.rule.Dead, million, money.Down)
	if err != nil {
		return false, err
	}
	if next == d.price || max(next-d.price, d.price-next) < dead || d.moved && at-d.changed < d.rule.Interval {
		return false, nil
	}
	d.price, d.changed, d.moved = next, at, true
	return true, nil
}

// at is clamp(base (1 + rate excess), base (1 - most), base (1 + most)), rounded down, and never below one micro-unit.
func (r Rule) at(excess int64) (money.Amount, error) {
	share, err := money.MulDiv(money.Amount(excess), r.Rate, million, money.Down)
	if err != nil {
		return 0, err
	}
	clamped := min(max(int64(share), -r.Most, -million), r.Most)
	move, err := money.MulDiv(r.Base, clamped, million, money.Down)
	if err != nil {
		return 0, err
	}
	return max(1, r.Base+move), nil
}

// Measured is how somebody's work was, in millionths of what was promised: a million is as promised.
type Measured struct {
	Quality, Speed, Reliability int64
	// Deals is how many were measured.
	Deals int64
}

// ByPerformance is a base price times the mean of what was measured, drawn towards the base by what is not known yet: a multiplier of m counts
// as 1 + (m - 1) n / (n + 50) after n deals. Nothing declared enters. It is rounded down; numbers out of 0 to 10 million are a *SpecError.
func ByPerformance(base money.Amount, m Measured) (money.Amount, error) {
	for _, v := range [...]int64{m.Quality, m.Speed, m.Reliability} {
		if v < 0 || v > 10*million {
			return 0, &SpecError{"Measured", "has a number that is not in 0 to 10 million millionths"}
		}
	}
	if base <= 0 || base > 1<<50 {
		return 0, &SpecError{"base", "is out of its range"}
	}
	if m.Deals < 0 || m.Deals > 1<<30 {
		return 0, &SpecError{"Deals", "is out of its range"}
	}
	// base (1 + (sum/3 - 1) n/(n + 50)), in one fraction so that it is rounded once.
	excess := m.Quality + m.Speed + m.Reliability - 3*million // at most 27 million: times 2^30 it stays below 2^55
	move, err := money.MulDiv(base, excess*m.Deals, 3*million*(m.Deals+50), money.Down)
	if err != nil {
		return 0, err
	}
	return base + move, nil
}
