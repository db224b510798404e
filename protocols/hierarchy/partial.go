// SPDX-License-Identifier: Apache-2.0

package hierarchy

import (
	"fmt"

	"mabeam.dev/actors/fault"
	"mabeam.dev/protocols/consensus"
)

// Partial is the count of one group at one moment. A newer one of the same group takes its place.
type Partial struct {
	Group int
	// Epoch is that of the representative; Version rises with every count of one epoch.
	Epoch   uint32
	Version uint64
	// Counted are the electors whose ballots are in it.
	Counted Bitmap
	Count   consensus.Count
}

// Bitmap is a set of numbers.
type Bitmap []uint64

// NewBitmap has room for n numbers.
func NewBitmap(n int) Bitmap { return make(Bitmap, (n+63)/64) }

// Set adds a number.
func (b Bitmap) Set(i int) { b[i/64] |= 1 << (i % 64) }

// Has reports whether a number is in it.
func (b Bitmap) Has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }

// StaleEpochError is a count of a representative that was replaced.
type StaleEpochError struct {
	Group int    // whose count it is
	Have  uint32 // the epoch that is listened to
	Got   uint32 // the epoch of the count
}

// Error has both epochs.
func (e *StaleEpochError) Error() string {
	return fmt.Sprintf("hierarchy: group %d is at epoch %d, and the count is of epoch %d", e.Group, e.Have, e.Got)
}

// FaultCode is E4913.
func (*StaleEpochError) FaultCode() fault.Code { return 4913 }

// Node holds the last counts of the groups below one group. What it has of a child that has said nothing is the child's electorate, outstanding.
type Node struct {
	sum    consensus.Count
	last   map[int]Partial
	epochs map[int]uint32
}

// NewNode has heard of nobody; blank are the counts of its children in which nobody has answered.
func NewNode(options int, blank map[int]consensus.Count) *Node {
	n := &Node{last: make(map[int]Partial, len(blank)), epochs: make(map[int]uint32, len(blank)), sum: consensus.NewCount(options, 0, 0)}
	for g, c := range blank {
		n.last[g] = Partial{Group: g, Count: c}
		Add(&n.sum, c, 1)
	}
	return n
}

// Add adds a count to another, or takes it out with sign -1.
func Add(to *consensus.Count, c consensus.Count, sign int64) {
	for i := range c.Weights {
		to.Weights[i] += sign * c.Weights[i]
		to.Voters[i] += int(sign) * c.Voters[i]
	}
	to.Abstained += sign * c.Abstained
	to.Absent += sign * c.Absent
	to.Outstanding += sign * c.Outstanding
	to.Waiting += int(sign) * c.Waiting
}

// Grant makes an epoch the one that is listened to: the representative of the child was replaced. What the last one counted stays until the new one
// has counted.
func (n *Node) Grant(group int, epoch uint32) { n.epochs[group] = max(n.epochs[group], epoch) }

// Take puts a child's count in the place of its last one. changed is false for one that is there already or is older; counts of an old epoch are
// refused.
func (n *Node) Take(p Partial) (changed bool, err error) {
	old, known := n.last[p.Group]
	switch {
	case !known:
		return false, &consensus.RuleError{Field: "group", Why: fmt.Sprintf("%d is not below", p.Group)}
	case p.Epoch < n.epochs[p.Group]:
		return false, &StaleEpochError{p.Group, n.epochs[p.Group], p.Epoch}
	case p.Epoch == old.Epoch && p.Version <= old.Version:
		return false, nil
	}
	n.epochs[p.Group] = p.Epoch
	Add(&n.sum, old.Count, -1)
	Add(&n.sum, p.Count, 1)
	n.last[p.Group] = p
	return true, nil
}

// Count is the sum of the last counts.
func (n *Node) Count() consensus.Count { return n.sum }

// copyOf is a count that shares nothing with another.
func copyOf(c consensus.Count) consensus.Count {
	out := consensus.NewCount(len(c.Weights), 0, 0)
	Add(&out, c, 1)
	return out
}
