// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"slices"
	"time"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
)

// scene is a sale and what happens in it, one thing after the other; so its outcome does not hang on who is faster.
type scene struct {
	spec      auction.Spec
	payWithin time.Duration
	acts      []act
	once      bool // the last act is not repeated when it is not known to be done
}

// act is one thing that happens, some time after the auction was opened.
type act struct {
	at    time.Duration
	in    auction.Input       // placed, or
	moves *ledger.Transaction // posted
}

// told are inputs that follow each other at once.
func told(list ...auction.Input) (acts []act) {
	for _, in := range list {
		acts = append(acts, act{in: in})
	}
	return acts
}

// leaves is that an owner takes money away.
func leaves(at time.Duration, who string, a money.Amount) act {
	t := ledger.Withdraw("out/"+who, who, credits(a))
	return act{at: at, moves: &t}
}

// procuring is the reverse of a sale: ann buys, and the others offer.
func procuring(kind auction.Kind) auction.Spec {
	s := selling(kind)
	s.Owner, s.Reverse, s.Service, s.Reserve, s.Deposit = "ann", true, true, 80, 5
	s.English = auction.EnglishRules{Increment: auction.Increment{Absolute: 1}, Proxy: true}
	return s
}

func wants(key, bidder string, list ...auction.Bundle) auction.Bid {
	return auction.Bid{Key: key, Bidder: bidder, Asset: "credit", Bundles: list}
}

func goods(price money.Amount, group int, list ...int) auction.Bundle {
	return auction.Bundle{Goods: list, Price: price, Group: group}
}

func worths(key, bidder string, list ...money.Amount) auction.Bid {
	return auction.Bid{Key: key, Bidder: bidder, Asset: "credit", Values: list}
}

func takes(key, bidder string, n int64, limit money.Amount) auction.Accept {
	return auction.Accept{Key: key, Bidder: bidder, Asset: "credit", Quantity: n, Limit: limit}
}

// scenes are sales of every kind, forward and reverse, with everything that can happen in them.
func scenes() map[string]scene {
	nonce := []byte("0123456789abcdef")
	rules := func(kind auction.Kind, change func(*auction.Spec)) auction.Spec {
		s := selling(kind)
		s.English = auction.EnglishRules{Start: 1, Increment: auction.Increment{Absolute: 1}}
		change(&s)
		return s
	}
	combined := func(p auction.Payment) auction.Spec {
		return rules(auction.Combinatorial, func(s *auction.Spec) {
			s.Goods, s.Reserves = []money.Asset{"lot", "other"}, []money.Amount{5, 0}
			s.Combinatorial.Payment = p
		})
	}
	bundles := told(wants("1", "ann", goods(20, 0, 0), goods(50, 0, 0, 1)), wants("2", "bob", goods(30, -1, 0)), wants("3", "cat", goods(24, 0, 1), goods(9, 0, 0)))
	tasks := procuring(auction.Combinatorial)
	tasks.Goods, tasks.Reserve, tasks.Reserves, tasks.Combinatorial.Payment = []money.Asset{"lot", "other"}, 0, []money.Amount{40, 30}, auction.VCG
	all := procuring(auction.Combinatorial)
	all.Goods, all.Reserve, all.Combinatorial = []money.Asset{"lot", "other"}, 0, auction.CombinatorialRules{AwardAll: true, Budget: 90}
	offers := told(wants("1", "bob", goods(20, -1, 0), goods(25, -1, 1)), wants("2", "cat", goods(38, -1, 0, 1)), wants("3", "sue", goods(30, -1, 0)))
	clock := auction.DutchRules{Start: 60, Floor: 10, Step: 10, Interval: 10 * time.Second}
	rising := procuring(auction.Dutch)
	rising.Dutch, rising.Reserve, rising.Units = auction.DutchRules{Start: 10, Floor: 45, Step: 10, Interval: 10 * time.Second, OnePrice: true}, 45, 2
	units := procuring(auction.Uniform)
	units.Units, units.Reserve = 2, 45
	slots := procuring(auction.GSP)
	slots.Reserve, slots.GSP.Slots = 30, []int64{2, 1}
	pair := told(offer("1", "ann", 60), offer("2", "bob", 80), offer("3", "cat", 40))
	deposits := func(kind auction.Kind) auction.Spec {
		return rules(kind, func(s *auction.Spec) { s.DepositPerMillion, s.English.Proxy = 100_000, true })
	}
	list := map[string]scene{
		"english": {spec: rules(auction.English, func(s *auction.Spec) { s.English.Proxy = true }), acts: told(offer("1", "ann", 30), offer("2", "bob", 40), offer("3", "ann", 35), offer("4", "bob", 60))},
		"english, soft close": {
			spec: rules(auction.English, func(s *auction.Spec) {
				s.Duration, s.English.SoftWindow, s.English.SoftExtend = time.Minute, 20*time.Second, 30*time.Second
			}),
			acts: []act{{in: offer("1", "ann", 10)}, {at: 50 * time.Second, in: offer("2", "bob", 20)}, {at: 70 * time.Second, in: offer("3", "ann", 30)}},
		},
		"english, bought at once": {spec: rules(auction.English, func(s *auction.Spec) { s.English.BuyNow = 70 }), acts: told(auction.Bid{Key: "1", Bidder: "bob", Asset: "credit", BuyNow: true})},
		"english, bought before the reserve is met": {
			spec: rules(auction.English, func(s *auction.Spec) { s.English.BuyNow, s.English.UntilMet, s.Reserve, s.Hidden = 70, true, 50, true }),
			acts: told(offer("1", "ann", 10), auction.Bid{Key: "2", Bidder: "bob", Asset: "credit", BuyNow: true}),
		},
		"english, unmet":      {spec: rules(auction.English, func(s *auction.Spec) { s.Reserve, s.Hidden = 50, true }), acts: told(offer("1", "ann", 10))},
		"english, reverse":    {spec: procuring(auction.English), acts: told(offer("1", "bob", 60), offer("2", "cat", 50), offer("3", "bob", 40))},
		"english, default":    {spec: deposits(auction.English), acts: append(told(offer("1", "ann", 60), offer("2", "bob", 80)), leaves(0, "bob", 92))},
		"english, paid":       {spec: deposits(auction.English), payWithin: time.Minute, acts: told(offer("1", "ann", 60), offer("2", "bob", 80))},
		"dutch":               {spec: rules(auction.Dutch, func(s *auction.Spec) { s.Units, s.Dutch = 2, clock }), acts: []act{{at: 15 * time.Second, in: takes("1", "bob", 1, 50)}, {at: 25 * time.Second, in: takes("2", "cat", 1, 40)}}},
		"dutch, unsold":       {spec: rules(auction.Dutch, func(s *auction.Spec) { s.Units, s.Dutch = 2, clock }), acts: []act{{at: 15 * time.Second, in: takes("1", "bob", 1, 50)}}},
		"dutch, reverse":      {spec: rising, acts: []act{{at: 15 * time.Second, in: takes("1", "bob", 1, 20)}, {at: 25 * time.Second, in: takes("2", "cat", 1, 30)}}},
		"firstprice":          {spec: selling(auction.FirstPrice), acts: told(offer("1", "ann", 30), offer("2", "bob", 40), offer("3", "bob", 20), offer("4", "cat", 50), auction.Withdraw{Key: "5", Bidder: "cat"})},
		"firstprice, reverse": {spec: procuring(auction.FirstPrice), acts: told(offer("1", "bob", 40), offer("2", "sue", 60))},
		"firstprice, default": {spec: deposits(auction.FirstPrice), acts: append(slices.Clone(pair), leaves(0, "bob", 92), leaves(0, "ann", 94))},
		"firstprice, committed": {
			spec: rules(auction.FirstPrice, func(s *auction.Spec) { s.Duration, s.RevealFor, s.Deposit = 30*time.Second, 30*time.Second, 3 }),
			acts: []act{
				{in: auction.Bid{Key: "1", Bidder: "ann", Asset: "credit", Commitment: auction.Commit("7", "ann", 30, nonce)}},
				{in: auction.Bid{Key: "2", Bidder: "bob", Asset: "credit", Commitment: auction.Commit("7", "bob", 40, nonce)}},
				{at: 45 * time.Second, in: auction.Reveal{Key: "3", Bidder: "ann", Amount: 30, Nonce: nonce}},
			},
		},
		"vickrey":                    {spec: rules(auction.Vickrey, func(s *auction.Spec) { s.Units = 2 }), acts: told(offer("1", "ann", 30), offer("2", "bob", 40), offer("3", "cat", 20))},
		"vickrey, nobody":            {spec: selling(auction.Vickrey)},
		"vickrey, reverse":           {spec: procuring(auction.Vickrey), acts: told(offer("1", "bob", 40), offer("2", "sue", 60))},
		"vickrey, default":           {spec: deposits(auction.Vickrey), acts: append(slices.Clone(pair), leaves(0, "bob", 92))},
		"vickrey, nobody can pay":    {spec: deposits(auction.Vickrey), acts: append(told(offer("1", "ann", 60), offer("2", "bob", 80)), leaves(0, "bob", 92), leaves(0, "ann", 94))},
		"uniform":                    {spec: rules(auction.Uniform, func(s *auction.Spec) { s.Units = 2 }), acts: told(worths("1", "ann", 30, 20), worths("2", "bob", 25), worths("3", "cat", 15))},
		"uniform, reverse":           {spec: units, acts: told(worths("1", "bob", 10, 30), worths("2", "cat", 20))},
		"gsp":                        {spec: rules(auction.GSP, func(s *auction.Spec) { s.Service, s.GSP.Slots = true, []int64{2, 1} }), acts: told(offer("1", "ann", 30), offer("2", "bob", 20), offer("3", "cat", 10))},
		"gsp, reverse":               {spec: slots, acts: told(offer("1", "bob", 10), offer("2", "cat", 20))},
		"combinatorial":              {spec: combined(auction.PayAsBid), acts: bundles},
		"combinatorial, vcg":         {spec: combined(auction.VCG), acts: bundles},
		"combinatorial, core":        {spec: combined(auction.Core), acts: bundles},
		"combinatorial, reverse":     {spec: tasks, acts: offers},
		"combinatorial, all or none": {spec: all, acts: offers},
		"cancelled":                  {spec: selling(auction.Vickrey), acts: told(offer("1", "ann", 30), auction.Cancel{Operator: true, Reason: "over"})},
		"suspended":                  {spec: selling(auction.Vickrey), acts: told(offer("1", "ann", 30), auction.Suspend{Reason: "look"}, auction.Resume{}, offer("2", "bob", 20))},
	}
	for name, s := range list { // each apart
		if s.spec.Duration == 0 {
			s.spec.Duration = 2 * time.Minute
		}
		list[name] = s
	}
	return list
}
