// SPDX-License-Identifier: Apache-2.0

package listing

import (
	"container/heap"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// image is a market as it is written down.
type image struct {
	Listings []keptListing `json:"listings,omitempty"`
	Used     []string      `json:"used,omitempty"`
	Deals    []keptDeal    `json:"deals,omitempty"`
}

type keptListing struct {
	Listing Listing `json:"listing"`
	Busy    int     `json:"busy,omitempty"`
	Unpaid  bool    `json:"unpaid,omitempty"`
	Gone    bool    `json:"gone,omitempty"`
}

type keptDeal struct {
	Deal     Deal  `json:"deal"`
	Discount int64 `json:"discount,omitempty"`
}

// Encode writes the market down: Decode makes one of it that answers every command as this one does. The same market is the same text.
func (m *Market) Encode() []byte {
	var i image
	for _, id := range slices.Sorted(maps.Keys(m.listings)) {
		e := m.listings[id]
		i.Listings = append(i.Listings, keptListing{e.Listing, e.busy, e.unpaid, e.gone})
	}
	i.Used = slices.Sorted(maps.Keys(m.used))
	for _, id := range slices.Sorted(maps.Keys(m.deals)) {
		d := m.deals[id]
		i.Deals = append(i.Deals, keptDeal{*d, d.discount})
	}
	data, err := json.Marshal(i)
	if err != nil {
		panic(err) // texts and numbers, and none of them was taken that is no number
	}
	return data
}

// Decode makes the market that Encode wrote down, with the rules that it had.
func Decode(spec Spec, judge Judge, data []byte) (*Market, error) {
	m, err := New(spec, judge)
	if err != nil {
		return nil, err
	}
	var i image
	if err := json.Unmarshal(data, &i); err != nil {
		return nil, fmt.Errorf("listing: decode: %w", err)
	}
	for _, k := range i.Listings {
		m.listings[k.Listing.ID] = &entry{Listing: k.Listing, busy: k.Busy, unpaid: k.Unpaid, gone: k.Gone}
	}
	for _, id := range i.Used {
		m.used[id] = true
	}
	for _, k := range i.Deals {
		d := k.Deal
		d.discount = k.Discount
		m.deals[d.ID] = &d
		if !d.Over() && d.State != Ordered {
			heap.Push((*dues)(&m.due), due{d.Until, d.ID})
		}
	}
	return m, nil
}
