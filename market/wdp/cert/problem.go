// SPDX-License-Identifier: Apache-2.0

package cert

import (
	"cmp"
	"errors"
	"math"
	"slices"
)

// NoGroup is the group of a bid that excludes no other bid of its bidder.
const NoGroup = -1

// Bid offers a price for a bundle of goods, all or nothing. A bid is named by its index in Problem.Bids.
type Bid struct {
	// Bidder is 0 ≤ Bidder < Problem.Bidders.
	Bidder int
	// Group is NoGroup, or a number of which at most one bid wins; all bids of a group have one bidder.
	Group int
	// Price is positive, in whole units of Problem.Unit.
	Price int64
	// Goods are the goods wanted: at least one, none twice, in any order.
	Goods []int
}

// Problem is one combinatorial auction: which bids win so that no good is sold twice, no group wins twice, and the prices sum to the most.
// Goods may stay unsold.
type Problem struct {
	// Name is the auction's name; it may be empty.
	Name string
	// Unit names the unit of prices; it may be empty.
	Unit string
	// Goods and Bidders are how many there are.
	Goods, Bidders int
	// Bids are the bids, in the order of their arrival.
	Bids []Bid
}

// The limits of a problem. What is larger is refused as *SizeError, before memory is spent on it.
const (
	MaxGoods   = 1 << 16
	MaxBids    = 1 << 18
	MaxBidders = 1 << 18
)

// Validate returns everything that is wrong with the problem, joined: *SizeError and *BidError, or nil.
func (p *Problem) Validate() error {
	if err := p.sizes(); err != nil {
		return err
	}
	var faults []error
	owner := map[int]int{}
	seen := make([]int, p.Goods)
	sum := int64(0)
	for i, b := range p.Bids {
		bad := func(part, reason string) { faults = append(faults, &BidError{Bid: i, Part: part, Reason: reason}) }
		if b.Bidder < 0 || b.Bidder >= p.Bidders {
			bad("bidder", "unknown")
		}
		if b.Group < NoGroup {
			bad("group", "negative, and not -1")
		} else if b.Group != NoGroup {
			if first, ok := owner[b.Group]; ok && first != b.Bidder {
				bad("group", "belongs to another bidder")
			} else {
				owner[b.Group] = b.Bidder
			}
		}
		switch {
		case b.Price <= 0:
			bad("price", "not positive")
		case b.Price > math.MaxInt64-sum:
			bad("price", "the sum of all prices passes 63 bits")
		default:
			sum += b.Price
		}
		if len(b.Goods) == 0 {
			bad("goods", "none")
		}
		for _, g := range b.Goods {
			switch {
			case g < 0 || g >= p.Goods:
				bad("goods", "unknown good")
			case seen[g] == i+1:
				bad("goods", "repeated good")
			default:
				seen[g] = i + 1
			}
		}
	}
	return errors.Join(faults...)
}

func (p *Problem) sizes() error {
	var faults []error
	for _, s := range []struct {
		what      string
		have, max int
	}{{"goods", p.Goods, MaxGoods}, {"bidders", p.Bidders, MaxBidders}, {"bids", len(p.Bids), MaxBids}} {
		if s.have < 0 || s.have > s.max {
			faults = append(faults, &SizeError{What: s.what, Have: s.have, Limit: s.max})
		}
	}
	return errors.Join(faults...)
}

// Groups returns the numbers of the groups, rising. Row Goods+k of a proof is the k-th of them.
func (p *Problem) Groups() []int {
	var all []int
	for _, b := range p.Bids {
		if b.Group != NoGroup {
			all = append(all, b.Group)
		}
	}
	slices.SortFunc(all, cmp.Compare)
	return slices.Compact(all)
}
