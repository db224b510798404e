// SPDX-License-Identifier: Apache-2.0

package market

import (
	"maps"
	"slices"
	"time"

	"mabeam.dev/market/integrity"
)

// IntegrityRules are what monitors look for; zero fields are the defaults of package integrity.
type IntegrityRules struct {
	Shill  integrity.ShillRules
	Cartel integrity.CartelRules
	Wash   integrity.WashRules
	Sybil  integrity.SybilRules
	Rating integrity.RatingRules
	// Usual is how many bids a minute are never a burst; 0 means 10.
	Usual int
	// Window is how many observations of each sort are kept; 0 means 5,000.
	Window int
	// Every is the least time between two looks; 0 means 10 s.
	Every time.Duration
}

func (r *IntegrityRules) defaults() {
	if r.Usual <= 0 {
		r.Usual = usualBids
	}
	if r.Window <= 0 {
		r.Window = 5000
	}
	if r.Every <= 0 {
		r.Every = 10 * time.Second
	}
}

// acts is how many moments of an account are kept.
const acts = 64

// observed is a window of what was settled.
type observed struct {
	most     int
	sales    []integrity.Sale
	tenders  []integrity.Tender
	trades   []integrity.Trade
	rated    []integrity.Rated
	accounts map[string]*integrity.Account
	watchers map[string]*integrity.Watcher
	declined []integrity.Finding
}

func (w *observed) reset(most int) {
	*w = observed{most: most, accounts: map[string]*integrity.Account{}, watchers: map[string]*integrity.Watcher{}}
}

// add takes an observation in if a group wants it.
func (w *observed) add(g Detector, o Observation) bool {
	switch {
	case g == Bidding && o.Sale != nil:
		w.sales = recent(append(w.sales, *o.Sale), w.most)
	case g == Tendering && o.Tender != nil:
		w.tenders = recent(append(w.tenders, *o.Tender), w.most)
	case g == Trading && o.Trade != nil:
		w.trades = recent(append(w.trades, *o.Trade), w.most)
	case g == Rating && o.Rated != nil:
		w.rated = recent(append(w.rated, *o.Rated), w.most)
	case g == Rating && o.Served != nil:
		s := o.Served
		if w.watchers[s.Provider] == nil {
			w.watchers[s.Provider] = &integrity.Watcher{}
		}
		if f, ok := w.watchers[s.Provider].Observe(s.Provider, s.Deal, s.Outcome, s.At); ok {
			w.declined = recent(append(w.declined, f), w.most)
		}
	case g == Identity && o.Paid != nil:
		p := o.Paid
		a := w.accounts[p.To]
		if a == nil {
			a = &integrity.Account{ID: p.To}
			w.accounts[p.To] = a
			if p.From != p.To {
				a.Funder = p.From // who paid the first money in
			}
		}
		if p.From == p.To {
			a.Acts = recent(append(a.Acts, p.At), acts)
		}
		if payer := w.accounts[p.From]; payer != nil && p.From != p.To {
			payer.Acts = recent(append(payer.Acts, p.At), acts)
		}
	default:
		return false
	}
	return true
}

// wants reports whether a group has any use for an observation.
func (g Detector) wants(o *Observation) bool {
	switch g {
	case Bidding:
		return o.Sale != nil
	case Tendering:
		return o.Tender != nil
	case Trading:
		return o.Trade != nil
	case Identity:
		return o.Paid != nil
	case Rating:
		return o.Rated != nil || o.Served != nil
	}
	return false
}

// recent are the last of a list.
func recent[T any](all []T, most int) []T {
	if len(all) <= most {
		return all
	}
	return slices.Clone(all[len(all)-most:])
}

// findings are what the detectors of a group say of the window.
func (w *observed) findings(g Detector, r *IntegrityRules) []integrity.Finding {
	switch g {
	case Bidding:
		return slices.Concat(integrity.Shills(w.sales, r.Shill), bursts(w.sales, r.Usual))
	case Tendering:
		return integrity.Cartels(w.tenders, r.Cartel)
	case Trading:
		return integrity.Washes(w.trades, nil, r.Wash)
	case Identity:
		var all []integrity.Account
		for _, id := range slices.Sorted(maps.Keys(w.accounts)) {
			all = append(all, *w.accounts[id])
		}
		return integrity.Sybils(all, r.Sybil)
	case Rating:
		return slices.Concat(integrity.Ratings(w.rated, r.Rating), w.declined)
	}
	return nil
}
