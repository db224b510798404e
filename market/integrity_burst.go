// SPDX-License-Identifier: Apache-2.0

package market

import (
	"slices"
	"time"

	"mabeam.dev/market/integrity"
)

// usualBids is how many bids a minute are never a burst, unless rules say otherwise.
const usualBids = 10

// ownPast is how many sales a bidder must have been in before: who is new has no past to be measured by, and is limited by the rate of bids alone.
const ownPast = 5

// bursts looks for bidders that bid faster in a sale than anything explains: the usual rate, the fastest minute that the bidder ever had before, and
// the bids of any rival in the same minute, so that who is always fast, and who answers a rival, has no burst. With many looks a coincidence has to be
// rarer in proportion.
func bursts(sales []integrity.Sale, usual int) (found []integrity.Finding) {
	tests := 0
	fastest, joined := map[string]int{}, map[string]int{}
	type peak struct {
		sale  *integrity.Sale
		who   string
		bids  int
		usual int
		at    time.Time
	}
	var high []peak
	for i := range sales {
		sale := &sales[i]
		var here []string // in the order of their first bids
		times := map[string][]time.Time{}
		for _, b := range sale.Bids {
			if times[b.Bidder] == nil {
				here = append(here, b.Bidder)
			}
			times[b.Bidder] = append(times[b.Bidder], b.At)
		}
		for _, who := range here {
			n, end := busiest(times[who])
			explained := max(usual, fastest[who])
			for _, rival := range here {
				if n <= explained {
					break
				}
				if rival != who {
					explained = max(explained, within(times[rival], end))
				}
			}
			if joined[who] >= ownPast {
				tests++
				if n > explained {
					high = append(high, peak{sale, who, n, explained, end})
				}
			}
			fastest[who] = max(fastest[who], n)
			joined[who]++
		}
	}
	for _, p := range high {
		f, ok := integrity.Bursting(p.who, p.bids, time.Minute, float64(p.usual), p.at)
		if !ok || f.P*float64(tests) >= 1e-3 {
			continue
		}
		f.Records = []string{p.sale.ID}
		found = append(found, f)
	}
	return found
}

// busiest is how many moments the fullest minute has, and when it ends. They are in order.
func busiest(times []time.Time) (most int, end time.Time) {
	from := 0
	for i, t := range times {
		for t.Sub(times[from]) >= time.Minute {
			from++
		}
		if n := i - from + 1; n > most {
			most, end = n, t
		}
	}
	return most, end
}

// within is how many moments are in the minute that ends then.
func within(times []time.Time, end time.Time) int {
	after := func(t time.Time, limit time.Time) int { return t.Compare(limit) }
	from, _ := slices.BinarySearchFunc(times, end.Add(-time.Minute+1), after)
	to, _ := slices.BinarySearchFunc(times, end.Add(1), after)
	return to - from
}
