// SPDX-License-Identifier: Apache-2.0

package balance

import (
	"cmp"
	"slices"
)

// next is the first candidate behind the last pick, in a circle.
func (c candidates) next() *member {
	from, had := slices.BinarySearchFunc(c.members, c.turn, func(m *member, n name) int { return m.name().compare(n) })
	if had {
		from++
	}
	for i := range c.members {
		if m := c.members[(from+i)%len(c.members)]; c.ok(m) {
			c.turn = m.name()
			return m
		}
	}
	return nil
}

// draws is how often drawTwo tries its luck before it looks at everybody.
const draws = 16

// drawTwo is the less loaded of two candidates that were drawn.
func (c candidates) drawTwo() *member {
	var first *member
	if len(c.members) > 2 {
		for range draws {
			m := c.members[c.from.Rand.IntN(len(c.members))]
			if m == first || !c.ok(m) {
				continue
			}
			if first != nil {
				return c.lighter(first, m)
			}
			first = m
		}
	}
	all := slices.Collect(c.all())
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	i, j := c.from.Rand.IntN(len(all)), c.from.Rand.IntN(len(all)-1)
	if j >= i {
		j++
	}
	return c.lighter(all[i], all[j])
}

func (c candidates) lighter(a, b *member) *member {
	if d := cmp.Compare(c.load(a), c.load(b)); d > 0 || d == 0 && a.name().compare(b.name()) > 0 {
		return b
	}
	return a
}

// fittest has the newest version, then the most settings, then the least load; of equals it is the one that can do the least else, so that
// generalists stay free.
func (c candidates) fittest() *member {
	var found *member
	for m := range c.all() {
		if found == nil || c.fitter(m, found) < 0 {
			found = m
		}
	}
	return found
}

func (c candidates) fitter(a, b *member) int {
	return cmp.Or(
		b.version.compare(a.version),
		cmp.Compare(b.settings, a.settings),
		cmp.Compare(c.load(a), c.load(b)),
		cmp.Compare(len(a.row.Capabilities), len(b.row.Capabilities)),
	)
}

// fastest has the least load times slowness. Who was never seen counts as the median of those who were.
func (c candidates) fastest() *member {
	seen := c.buf[:0]
	for m := range c.all() {
		if x, ok := SlownessOf(m.row); ok {
			seen = append(seen, x)
		}
	}
	slices.Sort(seen)
	c.buf = seen
	middle := 1.0
	if len(seen) > 0 {
		middle = seen[(len(seen)-1)/2]
	}
	return c.best(func(m *member) float64 {
		x, ok := SlownessOf(m.row)
		if !ok {
			x = middle
		}
		return c.load(m) * x
	})
}
