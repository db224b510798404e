// SPDX-License-Identifier: Apache-2.0

package index

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/agents/query"
)

// slot draws a slot that often shares a word or a leaf with another.
func slot(rng *rand.Rand) uint32 {
	return uint32(rng.IntN(3)*rng.IntN(9))<<leafBits | uint32(rng.IntN(12))<<6*uint32(rng.IntN(2)) | uint32(rng.IntN(5))
}

func members(s *set) []uint32 {
	var all []uint32
	for l := range s.all() {
		var m mask
		m.load(l)
		m.each(l.no, func(slot uint32) bool { all = append(all, slot); return true })
	}
	return all
}

func TestASetIsTheSameAsAMapAndOldOnesStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		sets, naive := []*set{nil}, []map[uint32]bool{{}}
		for edit := uint64(1); edit < 30; edit++ {
			s, n := sets[len(sets)-1], maps.Clone(naive[len(naive)-1])
			for range 1 + rng.IntN(4) {
				x := slot(rng)
				if rng.IntN(3) > 0 {
					s, n[x] = s.with(edit, x), true
				} else {
					s = s.without(edit, x)
					delete(n, x)
				}
			}
			sets, naive = append(sets, s), append(naive, n)
		}
		for i, s := range sets {
			want := slices.Sorted(maps.Keys(naive[i]))
			require.Equal(t, want, members(s))
			require.Equal(t, len(want), s.size())
			if len(want) > 0 {
				require.Equal(t, want[0], s.first())
			}
			for l := range s.all() {
				require.NotZero(t, l.full)
				for w := range uint32(64) {
					require.Equal(t, l.full>>w&1 != 0, l.word(w) != 0)
				}
				for i, b := range l.blocks {
					require.Equal(t, l.full>>(8*i)&0xff != 0, b != nil)
				}
			}
			for range 10 {
				x := slot(rng)
				require.Equal(t, naive[i][x], s.has(x))
			}
		}
	})
}

func TestMasksAreSetsOfOneLeaf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		draw := func() (*set, map[uint32]bool) {
			s, n := (*set)(nil), map[uint32]bool{}
			for range rng.IntN(1 << rng.IntN(12)) {
				x := uint32(rng.IntN(1 << leafBits))
				s, n[x] = s.with(1, x), true
			}
			return s, n
		}
		a, na := draw()
		b, nb := draw()
		c, nc := draw()
		check := func(what string, m *mask, means func(x uint32) bool) {
			var want, got []uint32
			for x := range uint32(1 << leafBits) {
				if means(x) {
					want = append(want, x)
				}
			}
			m.each(0, func(x uint32) bool { got = append(got, x); return true })
			require.Equal(t, want, got, what)
			require.Equal(t, len(want), m.count(), what)
		}
		do := func(what string, change func(m *mask), means func(x uint32) bool) {
			var m mask
			for i := range m.words {
				m.words[i] = rng.Uint64() // what does not count may be anything
			}
			m.load(a.at(0))
			change(&m)
			check(what, &m, means)
		}
		var mb, mc mask
		mb.load(b.at(0))
		mc.load(c.at(0))
		do("load", func(*mask) {}, func(x uint32) bool { return na[x] })
		do("and", func(m *mask) { m.and(b.at(0)) }, func(x uint32) bool { return na[x] && nb[x] })
		do("not", func(m *mask) { m.not(b.at(0)) }, func(x uint32) bool { return na[x] && !nb[x] })
		do("add", func(m *mask) { m.add(b.at(0), &mc) }, func(x uint32) bool { return na[x] || nb[x] && nc[x] })
		do("union", func(m *mask) { m.union(b.at(0)) }, func(x uint32) bool { return na[x] || nb[x] })
		do("or", func(m *mask) { m.or(&mb) }, func(x uint32) bool { return na[x] || nb[x] })
		do("intersect", func(m *mask) { m.intersect(&mb) }, func(x uint32) bool { return na[x] && nb[x] })
		do("minus", func(m *mask) { m.minus(&mb) }, func(x uint32) bool { return na[x] && !nb[x] })
		gone := uint32(rng.IntN(1 << leafBits))
		do("drop", func(m *mask) { m.drop(0, gone); m.drop(1, gone^1) }, func(x uint32) bool { return na[x] && x != gone })
	})
}

func TestADictionaryIsTheSameAsAMapAndOldOnesStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))
		dicts, naive := []*dict[int]{nil}, []map[key]int{{}}
		for edit := uint64(1); edit < 40; edit++ {
			d, n := dicts[len(dicts)-1], maps.Clone(naive[len(naive)-1])
			for range 1 + rng.IntN(20) {
				k := key{what: uint8(rng.IntN(2)), a: fmt.Sprint(rng.IntN(3)), b: fmt.Sprint(rng.IntN(40))}
				if rng.IntN(3) > 0 {
					v := rng.IntN(1000)
					d, n[k] = d.with(edit, k, v), v
				} else {
					d = d.without(edit, k)
					delete(n, k)
				}
			}
			dicts, naive = append(dicts, d), append(naive, n)
		}
		for i, d := range dicts {
			all := map[key]int{}
			d.each(func(k key, v int) { all[k] = v })
			require.Equal(t, naive[i], all)
			for k, v := range naive[i] {
				got, ok := d.get(k)
				require.True(t, ok)
				require.Equal(t, v, got)
			}
			_, ok := d.get(key{what: 9})
			require.False(t, ok)
		}
	})
}

// Keys of one hash cannot be made at will, so the level where they meet is built by hand.
func TestKeysOfOneHashAreKeptApart(t *testing.T) {
	var d *dict[int]
	keys := []key{{a: "x"}, {a: "y"}, {a: "z"}}
	for i, k := range keys {
		d = d.put(1, 0, bottom, &item[int]{k, i})
	}
	d = d.put(2, 0, bottom, &item[int]{keys[1], 7})
	require.Len(t, d.items, 3)
	d = d.drop(3, 0, bottom, keys[0])
	require.Len(t, d.items, 2)
	require.Equal(t, 7, d.items[0].val)
	d = d.drop(4, 0, bottom, keys[1]).drop(4, 0, bottom, keys[2])
	require.Nil(t, d)
}

func TestBandsNeverOrderTheOtherWayRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		if a > b {
			a, b = b, a
		}
		c := query.ColumnQueue
		x, y := bandNo(c, query.ValueOf(a)), bandNo(c, query.ValueOf(b))
		require.LessOrEqual(t, x, y)
		if exact(c, x) && x == y {
			require.Equal(t, a, b)
		}
		require.LessOrEqual(t, bandLow(c, x), float64(a))
		require.Less(t, float64(a), bandLow(c, x+1))

		f, g := rapid.Float64Range(0, 1).Draw(t, "f"), rapid.Float64Range(0, 1).Draw(t, "g")
		if f > g {
			f, g = g, f
		}
		require.LessOrEqual(t, bandNo(query.ColumnSuccessRate, query.ValueOf(f)), bandNo(query.ColumnSuccessRate, query.ValueOf(g)))
	})
	for i := range int64(8) {
		require.True(t, exact(query.ColumnQueue, bandNo(query.ColumnQueue, query.ValueOf(i))))
	}
	require.False(t, exact(query.ColumnQueue, bandNo(query.ColumnQueue, query.ValueOf(int64(8)))))
	require.True(t, exact(query.ColumnSuccessRate, bandNo(query.ColumnSuccessRate, query.ValueOf(1.0))))
}
