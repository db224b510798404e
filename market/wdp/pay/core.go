// SPDX-License-Identifier: Apache-2.0

package pay

import (
	"math"
	"slices"

	"mabeam.dev/market/wdp"
	"mabeam.dev/market/wdp/cert"
)

// objection is what a coalition demands: the winners outside it, numbered as in Payments, must pay at least this much together, or the
// coalition could offer the seller more.
type objection struct {
	outside []int
	least   int64
}

// Core returns payments that no coalition objects to, with the least sum, as near as possible to the reference. vcg are the VCG payments of
// the same result.
func Core(problem *cert.Problem, result wdp.Result, vcg Payments, options Options) (Payments, error) {
	p := values(problem, result)
	if result.Status != wdp.Optimal {
		return p, ErrNotProven
	}
	c := &core{problem: problem, result: result, options: options, vcg: vcg, winners: p}
	c.near = options.Reference
	if c.near == nil {
		c.near = vcg.Amounts
	}
	err := c.find()
	return c.winners, err
}

// core is a search for payments: those found so far, and the objections heard.
type core struct {
	problem    *cert.Problem
	result     wdp.Result
	options    Options
	vcg        Payments
	near       []int64
	winners    Payments
	objections []objection
}

// find asks for objections to ever better payments until there are none: first in fractions of a unit, which gives the least sum, then to the
// whole numbers that come of it.
func (c *core) find() error {
	scale := int64(64)
	sum := int64(0)
	for _, b := range c.problem.Bids {
		sum += b.Price
	}
	if sum > math.MaxInt64/4/scale {
		scale = 1
	}
	for {
		exact := c.ideal()
		rounded := make([]int64, len(exact))
		for i, x := range exact {
			rounded[i] = min(int64(math.Round(x*float64(scale))), c.winners.Values[i]*scale)
		}
		news, err := c.hear(rounded, scale)
		if err != nil {
			return err
		}
		if news {
			continue
		}
		copy(c.winners.Amounts, c.whole(exact))
		news, err = c.hear(c.winners.Amounts, 1)
		if err != nil || !news {
			return err
		}
	}
}

// hear looks for the coalition that objects most to payments given in parts of a unit, and notes what it demands; false means that nothing
// new was heard.
func (c *core) hear(payments []int64, scale int64) (bool, error) {
	s := c.separation(payments, scale)
	r, err := c.options.solve(&s.problem, s.start)
	if err != nil {
		return false, err
	}
	paid := int64(0)
	for _, p := range payments {
		paid += p
	}
	if r.Revenue-s.kept <= paid {
		return false, nil
	}
	in := make([]bool, c.problem.Bidders)
	worth := int64(0)
	for _, w := range r.Winners {
		if w < len(s.bid) {
			b := c.problem.Bids[s.bid[w]]
			in[b.Bidder] = true
			worth += b.Price
		}
	}
	o := objection{least: worth}
	for i, bidder := range c.winners.Bidders {
		if in[bidder] {
			o.least -= c.winners.Values[i]
		} else {
			o.outside = append(o.outside, i)
		}
	}
	for _, known := range c.objections {
		if slices.Equal(known.outside, o.outside) && known.least >= o.least {
			return false, nil // it is met as well as fractions allow
		}
	}
	c.objections = append(c.objections, o)
	return true, nil
}

// separation is the problem whose optimum is the coalition that objects most.
type separation struct {
	problem cert.Problem
	bid     []int // of the problem's first bids, the bids of the auction
	start   []int
	kept    int64 // what the winners keep if all of them stay away, in parts of a unit
}

// separation poses the question who could offer more. A coalition that takes a winner in must leave it what it keeps now, value less payment,
// once. So each winner has one more bid, to stay away, at that price; it excludes all its other bids through tokens, goods of which each
// group, and each bid without a group, needs its own.
func (c *core) separation(payments []int64, scale int64) separation {
	s := separation{problem: cert.Problem{Goods: c.problem.Goods, Bidders: c.problem.Bidders}}
	keeps := make([]int64, c.problem.Bidders)
	for i, bidder := range c.winners.Bidders {
		keeps[bidder] = c.winners.Values[i]*scale - payments[i]
		s.kept += keeps[bidder]
	}
	tokens := make([][]int, c.problem.Bidders)
	ofGroup := map[int]int{}
	for i, b := range c.problem.Bids {
		goods, group := b.Goods, b.Group
		if keeps[b.Bidder] > 0 {
			token, ok := ofGroup[group]
			if group == cert.NoGroup || !ok {
				token = s.problem.Goods
				s.problem.Goods++
				tokens[b.Bidder] = append(tokens[b.Bidder], token)
				if group != cert.NoGroup {
					ofGroup[group] = token
				}
			}
			goods, group = append(slices.Clone(goods), token), cert.NoGroup
		}
		if _, won := slices.BinarySearch(c.result.Winners, i); won {
			s.start = append(s.start, i)
		}
		s.bid = append(s.bid, i)
		s.problem.Bids = append(s.problem.Bids, cert.Bid{Bidder: b.Bidder, Group: group, Price: b.Price * scale, Goods: goods})
	}
	for _, bidder := range c.winners.Bidders {
		if keeps[bidder] > 0 {
			s.problem.Bids = append(s.problem.Bids, cert.Bid{Bidder: bidder, Group: cert.NoGroup, Price: keeps[bidder], Goods: tokens[bidder]})
		}
	}
	return s
}
