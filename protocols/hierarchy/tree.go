// SPDX-License-Identifier: Apache-2.0

package hierarchy

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// MaxLevels is how high a tree is at most; the fan-out grows where that is too low.
const MaxLevels = 4

// Tree says who counts for whom. Groups are numbered by level, the leaves first; the last one is the root.
type Tree struct {
	// Leaf is the group of each elector.
	Leaf []int
	// Members are the electors of each leaf; for groups above it is nil.
	Members [][]int
	// Parent is the group above each; -1 for the root. Children are the groups below.
	Parent   []int
	Children [][]int
	FanOut   int
}

// Root is the number of the root.
func (t Tree) Root() int { return len(t.Parent) - 1 }

// Levels is how many levels of groups there are.
func (t Tree) Levels() int {
	n := 1
	for g := 0; t.Parent[g] >= 0; g = t.Parent[g] {
		n++
	}
	return n
}

// FanOut returns the fan-out for so many electors: the one that is asked for, or more where the tree would be too high.
func FanOut(n, want int) int {
	fan := max(want, 2)
	for power(fan, MaxLevels) < n {
		fan++
	}
	return fan
}

func power(b, e int) int {
	p := 1
	for range e {
		if p > 1<<40 {
			return p
		}
		p *= b
	}
	return p
}

// Grow makes a tree over groups of electors, none of which may be empty.
func Grow(groups [][]int, electors, fan int) Tree {
	t := Tree{Leaf: make([]int, electors), FanOut: max(fan, 2)}
	level := make([]int, len(groups))
	for g, members := range groups {
		level[g] = g
		for _, i := range members {
			t.Leaf[i] = g
		}
		t.Members, t.Parent, t.Children = append(t.Members, slices.Clone(members)), append(t.Parent, -1), append(t.Children, nil)
	}
	for len(level) > 1 {
		var next []int
		for part := range slices.Chunk(level, t.FanOut) {
			g := len(t.Parent)
			t.Members, t.Parent, t.Children = append(t.Members, nil), append(t.Parent, -1), append(t.Children, slices.Clone(part))
			for _, child := range part {
				t.Parent[child] = g
			}
			next = append(next, g)
		}
		level = next
	}
	return t
}

// Shuffled makes groups at random, by a seed.
func Shuffled(electors, fan int, seed uint64) [][]int {
	order := make([]int, electors)
	for i := range order {
		order[i] = i
	}
	r := rand.New(rand.NewPCG(seed, 0x9E3779B97F4A7C15))
	r.Shuffle(electors, func(i, j int) { order[i], order[j] = order[j], order[i] })
	return chunks(order, fan)
}

// By makes groups of electors with equal keys, such as the nodes they live on; groups that are too large are parted.
func By(electors, fan int, key func(i int) string) [][]int {
	order := make([]int, electors)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(key(a), key(b)) })
	var groups [][]int
	for len(order) > 0 {
		n := 1
		for n < len(order) && key(order[n]) == key(order[0]) {
			n++
		}
		groups = append(groups, chunks(order[:n], fan)...)
		order = order[n:]
	}
	return groups
}

// Even makes groups of about equal sums of a number, such as load or expertise: the greatest first, each to the group that has the least.
func Even(electors, fan int, number func(i int) int64) [][]int {
	order := make([]int, electors)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(number(b), number(a)) })
	n := (electors + fan - 1) / fan
	groups, sums := make([][]int, n), make([]int64, n)
	for _, i := range order {
		least := -1
		for g := range groups {
			if len(groups[g]) < fan && (least < 0 || sums[g] < sums[least]) {
				least = g
			}
		}
		groups[least] = append(groups[least], i)
		sums[least] += number(i)
	}
	return groups
}

func chunks(order []int, fan int) (groups [][]int) {
	for part := range slices.Chunk(order, fan) {
		groups = append(groups, slices.Clone(part))
	}
	return groups
}

// Rebalance moves as few electors as possible so that no group's size is more than three tenths from the mean. Groups that are near enough are not
// touched; everybody stays in exactly one group. It does not change the caller's slices.
func Rebalance(groups [][]int) (next [][]int, moved int) {
	next = make([][]int, len(groups))
	total := 0
	for g := range groups {
		next[g] = slices.Clone(groups[g])
		total += len(groups[g])
	}
	if len(groups) < 2 {
		return next, 0
	}
	least, most := bounds(total, len(groups))
	for {
		small, large := 0, 0
		for g := range next {
			if len(next[g]) < len(next[small]) {
				small = g
			}
			if len(next[g]) > len(next[large]) {
				large = g
			}
		}
		if len(next[small]) >= least && len(next[large]) <= most || len(next[large])-len(next[small]) < 2 {
			return next, moved
		}
		last := len(next[large]) - 1
		next[small] = append(next[small], next[large][last])
		next[large] = next[large][:last]
		moved++
	}
}

// bounds are the sizes within three tenths of the mean; where there is no whole number in between, those next to the mean.
func bounds(total, groups int) (least, most int) {
	least, most = (7*total+10*groups-1)/(10*groups), 13*total/(10*groups)
	return min(least, total/groups), max(most, (total+groups-1)/groups)
}
