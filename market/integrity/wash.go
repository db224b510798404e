// SPDX-License-Identifier: Apache-2.0

package integrity

import (
	"cmp"
	"slices"
	"time"
)

// Trade is a good that changed hands for money.
type Trade struct {
	// ID names it.
	ID string
	// From sold to To.
	From, To string
	// Asset is what was sold, and Pieces how many.
	Asset  string
	Pieces int64
	// At is when.
	At time.Time
}

// WashRules are the limits of the detector of wash trades; zero fields are the defaults.
type WashRules struct {
	// Within is the longest time between a piece's leaving and its return: 24 hours.
	Within time.Duration
	// MinReturns is how many times pieces have come back before a ring is judged: 3.
	MinReturns int
	// Share is the least part of the members' whole volume that goes in circles: 0.5. Who makes a market trades with many.
	Share float64
}

// Washes finds rings of two and three accounts, and accounts that trade with themselves, among whom goods go in circles: what one sells comes
// back to it through the others, in the same quantity, within a time. A finding needs several returns, and that circles are most of what the
// members trade in the asset at all. Owners maps accounts to their owners where these are known; accounts of one owner are one account.
func Washes(trades []Trade, owners map[string]string, rules WashRules) []Finding {
	set(&rules.Within, 24*time.Hour)
	set(&rules.MinReturns, 3)
	set(&rules.Share, .5)
	byAsset := map[string][]Trade{}
	for _, t := range trades {
		t.From, t.To = ownerOf(owners, t.From), ownerOf(owners, t.To)
		byAsset[t.Asset] = append(byAsset[t.Asset], t)
	}
	var found []Finding
	for asset, list := range byAsset {
		slices.SortFunc(list, func(a, b Trade) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
		found = append(found, washesOf(asset, list, rules)...)
	}
	return ordered(found)
}

func ownerOf(owners map[string]string, who string) string {
	if o, ok := owners[who]; ok {
		return o
	}
	return who
}

// ring adds up what goes around among its members, by name.
type ring struct {
	returns int
	pieces  int64
	ids     []string
}

// washesOf looks at one asset, in the order of time. Every trade is part of one circle at most.
func washesOf(asset string, list []Trade, rules WashRules) []Finding {
	volume, rings, used := map[string]int64{}, map[[3]string]*ring{}, make([]bool, len(list))
	open := map[string][]int{} // the trades by seller, as they come
	note := func(members []string, of ...int) {
		slices.Sort(members)
		var key [3]string
		copy(key[:], members)
		r := rings[key]
		if r == nil {
			r = &ring{}
			rings[key] = r
		}
		r.returns++
		for _, i := range of {
			used[i] = true
			r.pieces += list[i].Pieces
			r.ids = append(r.ids, list[i].ID)
		}
	}
	for i, t := range list {
		volume[t.From] += t.Pieces
		if t.From == t.To {
			note([]string{t.From}, i)
			continue
		}
		volume[t.To] += t.Pieces
		// The circle ends here: t.To sold earlier, to t.From or to somebody who sold to t.From.
		recent := slices.DeleteFunc(open[t.To], func(j int) bool { return used[j] || t.At.Sub(list[j].At) > rules.Within })
		open[t.To] = recent
	search:
		for _, j := range slices.Backward(recent) {
			if list[j].Pieces != t.Pieces {
				continue
			}
			if list[j].To == t.From {
				note([]string{t.From, t.To}, j, i)
				break
			}
			for _, k := range slices.Backward(open[list[j].To]) {
				if k > j && !used[k] && list[k].To == t.From && list[k].Pieces == t.Pieces {
					note([]string{t.From, t.To, list[j].To}, j, k, i)
					break search
				}
			}
		}
		open[t.From] = append(open[t.From], i)
	}
	var found []Finding
	for key, r := range rings {
		members := slices.DeleteFunc(key[:], func(s string) bool { return s == "" })
		var all int64
		for _, m := range members {
			all += volume[m]
		}
		round := r.pieces
		if len(members) > 1 {
			round *= 2 // each piece counts in the volume of both sides
		}
		share := float64(round) / float64(all)
		if r.returns < rules.MinReturns || share < rules.Share {
			continue
		}
		found = append(found, Finding{
			Kind: Wash, Version: 1, Subjects: slices.Clone(members), Score: min(1, share), P: 1, Severity: min(Throttle, severity(share, 0)),
			Evidence: []Exhibit{
				{"returns of " + asset, float64(r.returns), float64(rules.MinReturns)},
				{"share in circles", share, rules.Share},
			},
			Records: clip(r.ids), At: list[len(list)-1].At,
		})
	}
	return found
}
