// SPDX-License-Identifier: Apache-2.0

package reputation

import (
	"time"

	"mabeam.dev/market/money"
)

// Rating is what one side says of the other.
type Rating struct {
	// Given is false where the side said nothing.
	Given bool
	// Value is 0 (as bad as can be) to 1.
	Value float64
	// Credibility is that of the side that rates, at the time ([Raters.Credibility]).
	Credibility float64
}

// Deal is a settled exchange between two sides, as the ledger and the check of the outcome have it.
type Deal struct {
	// Transaction is the key of the settlement in the ledger.
	Transaction string
	// Provider delivers and Client pays.
	Provider, Client Agent
	// Domain is the kind of work, "" for none.
	Domain string
	// Value is what was agreed to be paid, Typical the median of the market at the time, 0 if it is not known.
	Value, Typical money.Amount
	// Due is when it was to be delivered, the zero time for never; Delivered is when it was, the zero time for not at all.
	Due, Delivered time.Time
	// Promised and Measured are the quality in any unit; nothing is said of quality where Promised is 0.
	Promised, Measured float64
	// Quoted and Actual are the cost to the client; nothing is said of cost where Quoted is 0.
	Quoted, Actual money.Amount
	// Unpaid says that the client had to be made to pay.
	Unpaid bool
	// OfProvider is the client's rating, and OfClient the provider's.
	OfProvider, OfClient Rating
	// Settled is when the transaction was settled.
	Settled time.Time
}

// Evidence is what the deal says of its provider and of its client, in a fixed order. Only what was measured is in it.
func (d Deal) Evidence() []Evidence {
	of := func(who, rater Agent, dim Dimension, outcome float64) Evidence {
		return Evidence{
			Agent: who, Rater: rater, Source: Settlement, Cause: d.Transaction, Domain: d.Domain, Dimension: dim, Outcome: outcome,
			Value: d.Value, Typical: d.Typical, At: d.Settled,
		}
	}
	all := []Evidence{of(d.Provider, d.Client, Reliability, yes(d.OnTime()))}
	if d.Promised > 0 && !d.Delivered.IsZero() {
		all = append(all, of(d.Provider, d.Client, Performance, min(1, max(0, d.Measured/d.Promised))))
	}
	if d.Quoted > 0 && !d.Delivered.IsZero() {
		all = append(all, of(d.Provider, d.Client, CostEfficiency, min(1, float64(d.Quoted)/float64(max(1, d.Actual)))))
	}
	if r := d.OfProvider; r.Given {
		e := of(d.Provider, d.Client, Cooperation, r.Value)
		e.Credibility = r.Credibility
		all = append(all, e)
	}
	all = append(all, of(d.Client, d.Provider, Reliability, yes(!d.Unpaid)))
	if r := d.OfClient; r.Given {
		e := of(d.Client, d.Provider, Cooperation, r.Value)
		e.Credibility = r.Credibility
		all = append(all, e)
	}
	return all
}

// OnTime reports whether it was delivered, and not later than due.
func (d Deal) OnTime() bool {
	return !d.Delivered.IsZero() && (d.Due.IsZero() || !d.Delivered.After(d.Due))
}

// Outcome is what was measured of the provider's work, 0 to 1, without anybody's opinion: what ratings are held against.
func (d Deal) Outcome() float64 {
	sum, n := 0.0, 0.0
	for _, e := range d.Evidence() {
		if e.Agent == d.Provider && e.Dimension != Cooperation {
			sum += e.Outcome
			n++
		}
	}
	return sum / n // reliability is always there
}

func yes(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
