// SPDX-License-Identifier: Apache-2.0

package integrity

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"mabeam.dev/market/money"
)

// Bid is one accepted bid of a sale.
type Bid struct {
	// Bidder is who, and Amount what was bid.
	Bidder string
	Amount money.Amount
	// At is when it was accepted.
	At time.Time
}

// Sale is an ascending auction that has ended.
type Sale struct {
	// ID and Seller name it.
	ID, Seller string
	// Start and End are when it was open.
	Start, End time.Time
	// Step is the smallest increment.
	Step money.Amount
	// Bids are in the order of their acceptance, and Winner is who bought, "" for nobody.
	Bids   []Bid
	Winner string
}

// ShillRules are the limits of the shill detector; zero fields are the defaults.
type ShillRules struct {
	// MinJoined is how many sales of a seller a bidder has joined before it is judged alone: 6.
	MinJoined int
	// Score is the least shill score: 0.55.
	Score float64
	// Concentration is the most likely that chance explains how many of the joined sales are of one seller, after correction: 0.001.
	Concentration float64
	// Losing is the most likely that somebody who places this share of the bids wins so little: 0.005.
	Losing float64
}

// Shills examines every bidder of every seller. The score is the weighted mean of six numbers, each 0 to 1:
//
//	alpha (9)   share of the seller's sales that the bidder joined
//	beta (2)    mean share of the bids in them
//	gamma (5)   share of them that the bidder did not win
//	delta (2)   how fast it answers others' bids, against the length of the sale
//	epsilon (2) how close its increments are to the smallest
//	zeta (2)    how early its first bid comes
//
// Many honest bidders have a high score with a seller they like. A finding therefore needs two tests as well: that of all the sales the
// bidder joined so many are this seller's, which is unlikely where sellers do not matter to the bidder (hypergeometric, times the
// number of pairs examined); and that it wins so few, which is unlikely for somebody who wants to buy: each bid is as likely as another to be
// the winning one. Agreement of values plays no part.
//
// A seller can spread the work over many accounts that each do little. So those who have joined too few of its sales to be judged, but keep to the
// seller more than chance explains in a thousandth of the cases, are judged together as if they were one bidder.
func Shills(sales []Sale, rules ShillRules) []Finding {
	set(&rules.MinJoined, 6)
	set(&rules.Score, .55)
	set(&rules.Concentration, 1e-3)
	set(&rules.Losing, .005)
	type key struct{ bidder, seller string }
	sales = slices.SortedFunc(slices.Values(sales), func(a, b Sale) int { return cmp.Compare(a.ID, b.ID) })
	joined, ofSeller, pairs := map[string]int{}, map[string]int{}, map[key]*shillPair{}
	var end time.Time
	for i := range sales {
		s := &sales[i]
		ofSeller[s.Seller]++
		if s.End.After(end) {
			end = s.End
		}
		for bidder, f := range habits(s) {
			joined[bidder]++
			k := key{bidder, s.Seller}
			if pairs[k] == nil {
				pairs[k] = &shillPair{who: []string{bidder}}
			}
			pairs[k].add(s, f, bidder == s.Winner)
		}
	}
	var found []Finding
	houses := map[string]*shillPair{}
	keys := slices.SortedFunc(maps.Keys(pairs), func(a, b key) int { return cmp.Or(cmp.Compare(a.seller, b.seller), cmp.Compare(a.bidder, b.bidder)) })
	for _, k := range keys {
		p := pairs[k]
		n := len(p.sales)
		if k.bidder == k.seller {
			continue
		}
		keeps := hypergeometric(n, joined[k.bidder], ofSeller[k.seller], len(sales))
		if n < rules.MinJoined {
			if n > 1 && keeps <= 1e-3 {
				if houses[k.seller] == nil {
					houses[k.seller] = &shillPair{}
				}
				houses[k.seller].join(p)
			}
			continue
		}
		if f, ok := p.judge(ofSeller[k.seller], min(1, float64(len(pairs))*keeps), rules); ok {
			f.Beneficiary, f.At = k.seller, end
			found = append(found, f)
		}
	}
	for seller, h := range houses {
		slices.Sort(h.who)
		// The members were chosen because they keep to the seller, so only their losing is tested, and harder.
		house := rules
		house.Losing /= 10
		if len(h.sales) < rules.MinJoined || len(h.who) < 2 {
			continue
		}
		if f, ok := h.judge(ofSeller[seller], 0, house); ok {
			f.Beneficiary, f.At, f.P, f.Severity = seller, end, f.Evidence[7].Value, Warn
			found = append(found, f)
		}
	}
	return ordered(found)
}

// judge makes a finding of a pair whose numbers pass the limits.
func (p *shillPair) judge(ofSeller int, concentration float64, rules ShillRules) (Finding, bool) {
	slices.Sort(p.shares) // sums must not depend on the order
	count := float64(len(p.sales))
	alpha, gamma := min(1, count/float64(ofSeller)), 1-float64(p.wins)/count
	score := (9*alpha + 2*p.share/count + 5*gamma + 2*p.quick/count + 2*p.small/count + 2*p.early/count) / 22
	losing := atMost(p.wins, p.shares)
	if score < rules.Score || concentration > rules.Concentration || losing > rules.Losing {
		return Finding{}, false
	}
	chance := concentration * losing
	return Finding{
		Kind: Shill, Version: 1, Subjects: slices.Clone(p.who), Score: score, P: chance, Severity: severity(score, chance),
		Evidence: []Exhibit{
			{"alpha", alpha, 0},
			{"beta", p.share / count, 0},
			{"gamma", gamma, 0},
			{"delta", p.quick / count, 0},
			{"epsilon", p.small / count, 0},
			{"zeta", p.early / count, 0},
			{"concentration", concentration, rules.Concentration},
			{"losing", losing, rules.Losing},
		},
		Records: clip(p.sales),
	}, true
}

// shillPair adds up what a bidder does in the sales of a seller, or several who are judged together.
type shillPair struct {
	who                        []string
	wins                       int
	share, quick, small, early float64
	shares                     []float64
	sales                      []string
}

func (p *shillPair) add(s *Sale, h habit, won bool) {
	if won {
		p.wins++
	}
	p.share += h.share
	p.quick += h.quick
	p.small += h.small
	p.early += h.early
	p.shares = append(p.shares, h.share)
	p.sales = append(p.sales, s.ID)
}

func (p *shillPair) join(q *shillPair) {
	p.who = append(p.who, q.who...)
	p.wins += q.wins
	p.share += q.share
	p.quick += q.quick
	p.small += q.small
	p.early += q.early
	p.shares = append(p.shares, q.shares...)
	p.sales = append(p.sales, q.sales...)
}

// habit is how a bidder bids in one sale, each number 0 to 1.
type habit struct{ share, quick, small, early float64 }

// habits measures all bidders of a sale. A first bid of a sale answers nobody and has no increment.
func habits(s *Sale) map[string]habit {
	type sums struct {
		bids, answers int
		quick, small  float64
		first         time.Time
	}
	all := map[string]*sums{}
	open := max(s.End.Sub(s.Start), 1).Seconds()
	for i, b := range s.Bids {
		x := all[b.Bidder]
		if x == nil {
			x = &sums{first: b.At}
			all[b.Bidder] = x
		}
		x.bids++
		if i == 0 {
			continue
		}
		before := s.Bids[i-1]
		x.answers++
		x.quick += within(1 - 10*b.At.Sub(before.At).Seconds()/open) // a tenth of the sale is slow
		x.small += within(float64(s.Step) / float64(max(1, b.Amount-before.Amount)))
	}
	out := make(map[string]habit, len(all))
	for _, who := range slices.Sorted(maps.Keys(all)) {
		x := all[who]
		n := float64(max(1, x.answers))
		out[who] = habit{float64(x.bids) / float64(len(s.Bids)), x.quick / n, x.small / n, within(1 - x.first.Sub(s.Start).Seconds()/open)}
	}
	return out
}

func within(x float64) float64 { return max(0, min(1, x)) }

// set replaces a zero field by its default.
func set[T comparable](field *T, otherwise T) {
	var zero T
	if *field == zero {
		*field = otherwise
	}
}
