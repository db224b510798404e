// SPDX-License-Identifier: Apache-2.0

package cert

// Proof shows that a set of winners is the best there is. It holds whole numbers only; Check needs nothing but it and the problem.
type Proof struct {
	// Revenue is what the winners pay together.
	Revenue int64 `json:"revenue"`
	// Winners are the indices of the winning bids, rising.
	Winners []int `json:"winners"`
	// Denominator is the unit of every number in Prices: a price of n stands for n/Denominator.
	Denominator int64 `json:"denominator"`
	// Dominated are pairs (a, b): bid a need not be looked at, because bid b wants no good that a does not want, pays no less, and excludes
	// no bid that a does not exclude.
	Dominated [][2]int `json:"dominated,omitempty"`
	// Cliques are sets of bids of which any two exclude each other, so that at most one of a set wins.
	Cliques [][]int `json:"cliques,omitempty"`
	// Parts hold all bids that are not dominated, each in one part; no bid of one part excludes a bid of another.
	Parts []Part `json:"parts"`
}

// Part bounds what a set of bids can earn together.
type Part struct {
	// Bids are the bids of the part.
	Bids []int `json:"bids"`
	// Bound is the most that they can earn, as the tree proves.
	Bound int64 `json:"bound"`
	// Prices are price vectors, each a list of row and price by turns. Rows are numbered: goods first, then groups in rising order, then
	// Cliques. Rows that are not named have the price 0.
	Prices [][]int64 `json:"prices"`
	// Tree is a search tree, written from its root, with these nodes:
	//
	//	0 v            leaf: the prices v show that nothing below is worth more than Bound
	//	1 v k b1 … bk  the prices v show that with any of these bids nothing is worth more than Bound; they lose in the tree that follows
	//	2 b            the tree that follows has bid b winning, the one after it has b losing
	Tree []int64 `json:"tree"`
}

// The nodes of a tree.
const (
	Leaf   = 0
	Drop   = 1
	Branch = 2
)
