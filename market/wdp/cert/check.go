// SPDX-License-Identifier: Apache-2.0

package cert

import (
	"math/big"
	"slices"
)

// Check proves, in whole numbers and from the problem alone, that proof.Winners may win together, that they pay proof.Revenue, and that no
// other set of bids pays more. It returns nil or a *Refutation, or the problem's own errors; it never panics, whatever the proof says.
func Check(problem *Problem, proof *Proof) error {
	if err := problem.Validate(); err != nil {
		return err
	}
	c := newChecker(problem, proof)
	for _, step := range []func() error{c.winners, c.dominated, c.cliques, c.parts} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// checker holds what all parts of a proof refer to.
type checker struct {
	problem *Problem
	proof   *Proof
	rows    [][]int // rows of each bid
	count   int     // of rows
	gone    []bool  // dominated
	part    []int   // of each bid, from 1
}

func newChecker(problem *Problem, proof *Proof) *checker {
	groups := problem.Groups()
	n := len(problem.Bids)
	c := &checker{problem: problem, proof: proof, rows: make([][]int, n), gone: make([]bool, n), part: make([]int, n)}
	for i, b := range problem.Bids {
		c.rows[i] = slices.Clone(b.Goods)
		if b.Group != NoGroup {
			k, _ := slices.BinarySearch(groups, b.Group)
			c.rows[i] = append(c.rows[i], problem.Goods+k)
		}
	}
	c.count = problem.Goods + len(groups)
	return c
}

func refute(where, reason string) error { return &Refutation{Where: where, Reason: reason} }

func (c *checker) bid(i int) bool { return i >= 0 && i < len(c.problem.Bids) }

// winners shows that the winners exclude one another nowhere and pay what is claimed.
func (c *checker) winners() error {
	used := make([]bool, c.count)
	sum := int64(0) // cannot pass 63 bits: the sum of all prices does not, and a bid with a good counts once
	for _, w := range c.proof.Winners {
		if !c.bid(w) {
			return refute("winners", "an unknown bid")
		}
		for _, r := range c.rows[w] {
			if used[r] {
				return refute("winners", "a good or a group is there twice")
			}
			used[r] = true
		}
		sum += c.problem.Bids[w].Price
	}
	if sum != c.proof.Revenue {
		return refute("winners", "they do not pay the revenue")
	}
	return nil
}

// dominated shows that each pair is one, and that no bid is dismissed for the sake of one that is dismissed for its own.
func (c *checker) dominated() error {
	wanted := make([]int, c.problem.Goods)
	for k, pair := range c.proof.Dominated {
		where := at("dominated", k)
		a, b := pair[0], pair[1]
		if !c.bid(a) || !c.bid(b) || a == b {
			return refute(where, "not two bids")
		}
		loser, better := c.problem.Bids[a], c.problem.Bids[b]
		for _, g := range loser.Goods {
			wanted[g] = k + 1
		}
		for _, g := range better.Goods {
			if wanted[g] != k+1 {
				return refute(where, "the better bid wants more")
			}
		}
		switch same := len(loser.Goods) == len(better.Goods) && loser.Price == better.Price && loser.Group == better.Group; {
		case better.Price < loser.Price:
			return refute(where, "the better bid pays less")
		case better.Group != NoGroup && better.Group != loser.Group:
			return refute(where, "the better bid excludes more")
		case same && a < b:
			return refute(where, "of two equal bids the earlier stays")
		}
		c.gone[a] = true
	}
	return nil
}

// cliques shows that any two bids of a clique share a row, and makes each clique a row.
func (c *checker) cliques() error {
	plain := c.count
	shared := make([]int, plain)
	mark := 0
	for k, clique := range c.proof.Cliques {
		for i, a := range clique {
			if !c.bid(a) {
				return refute(at("clique", k), "an unknown bid")
			}
			mark++
			for _, r := range c.rows[a] {
				if r < plain {
					shared[r] = mark
				}
			}
			for _, b := range clique[:i] {
				if a == b || !slices.ContainsFunc(c.rows[b], func(r int) bool { return r < plain && shared[r] == mark }) {
					return refute(at("clique", k), "two of its bids can win together")
				}
			}
		}
		for _, a := range clique {
			c.rows[a] = append(c.rows[a], c.count)
		}
		c.count++
	}
	return nil
}

// parts shows that the parts hold all bids that are left, that they do not touch, and that their bounds sum to no more than the revenue.
func (c *checker) parts() error {
	owner := make([]int, c.count)
	total := new(big.Int)
	w := newWalker(c)
	for k, part := range c.proof.Parts {
		for _, i := range part.Bids {
			if !c.bid(i) || c.part[i] != 0 || c.gone[i] {
				return refute(at("part", k), "a bid that is unknown, dominated, or in two places")
			}
			c.part[i] = k + 1
			for _, r := range c.rows[i] {
				if owner[r] != 0 && owner[r] != k+1 {
					return refute(at("part", k), "a row that belongs to another part")
				}
				owner[r] = k + 1
			}
		}
		if err := w.walk(k, &part); err != nil {
			return err
		}
		total.Add(total, big.NewInt(part.Bound))
	}
	for i := range c.problem.Bids {
		if c.part[i] == 0 && !c.gone[i] {
			return refute("parts", "a bid is in none")
		}
	}
	if total.Cmp(big.NewInt(c.proof.Revenue)) > 0 {
		return refute("parts", "more than the revenue is not ruled out")
	}
	return nil
}
