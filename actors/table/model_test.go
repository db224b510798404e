// SPDX-License-Identifier: Apache-2.0

package table_test

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/actors/table"
)

// keyed is what sets and ordered tables have in common.
type keyed interface {
	table.Keyed[int, int]
	Put(int, int) error
	PutNew(int, int) (bool, error)
	Take(int) (int, bool, error)
	Delete(int) error
	DeleteWhere(func(int, int) bool) (int, error)
	Update(int, func(int, bool) (int, bool)) (int, error)
	Clear() error
	Lookup(int) (int, bool, error)
	Has(int) (bool, error)
	Len() (int, error)
}

// step does one random operation on the table and on the model, and compares the outcomes.
func step(t *rapid.T, s keyed, model map[int]int, limit int) {
	k := rapid.IntRange(0, 20).Draw(t, "key")
	v := rapid.IntRange(0, 5).Draw(t, "value")
	old, had := model[k]
	full := !had && len(model) == limit
	wrote := func(err error) bool {
		if full {
			require.ErrorIs(t, err, table.ErrFull)
			return false
		}
		require.NoError(t, err)
		return true
	}
	switch op := rapid.IntRange(0, 9).Draw(t, "op"); op {
	case 0, 1:
		if wrote(s.Put(k, v)) {
			model[k] = v
		}
	case 2:
		done, err := s.PutNew(k, v)
		if wrote(err) {
			require.Equal(t, !had, done)
			if !had {
				model[k] = v
			}
		}
	case 3:
		got, found, err := s.Take(k)
		require.NoError(t, err)
		require.Equal(t, had, found)
		require.Equal(t, old, got)
		delete(model, k)
	case 4:
		require.NoError(t, s.Delete(k))
		delete(model, k)
	case 5:
		n, err := s.DeleteWhere(func(k, w int) bool { return w == v })
		require.NoError(t, err)
		before := len(model)
		maps.DeleteFunc(model, func(_, w int) bool { return w == v })
		require.Equal(t, before-len(model), n)
	case 6:
		change := rapid.Bool().Draw(t, "change")
		now, err := s.Update(k, func(w int, found bool) (int, bool) {
			if found != had || w != old {
				t.Fatalf("update sees %d, %v; want %d, %v", w, found, old, had)
			}
			return w + v, change
		})
		switch {
		case !change:
			require.NoError(t, err)
			require.Equal(t, old, now)
		case wrote(err):
			model[k] = old + v
			require.Equal(t, old+v, now)
		}
	case 7:
		now, err := table.UpdateCounter(s, k, v, table.Counter[int]{Init: 3})
		if wrote(err) {
			if !had {
				old = 3
			}
			model[k] = old + v
			require.Equal(t, old+v, now)
		}
	case 8:
		done, err := table.CompareAndSwap(s, k, v, 9)
		require.NoError(t, err)
		require.Equal(t, had && old == v, done)
		if done {
			model[k] = 9
		}
	case 9:
		if rapid.IntRange(0, 9).Draw(t, "really") == 0 {
			require.NoError(t, s.Clear())
			clear(model)
		}
	}
	for k := range 21 {
		want, had := model[k]
		got, found, err := s.Lookup(k)
		require.NoError(t, err)
		require.Equal(t, had, found)
		require.Equal(t, want, got)
		has, err := s.Has(k)
		require.NoError(t, err)
		require.Equal(t, had, has)
	}
	n, err := s.Len()
	require.NoError(t, err)
	require.Equal(t, len(model), n)
}

func TestASetIsAMap(t *testing.T) {
	owner := start(newSystem(t))
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 25).Draw(t, "limit")
		s := set(t, owner, "", table.Options{Limit: limit})
		defer s.Drop()
		model := map[int]int{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			step(t, s, model, limit)
			require.Equal(t, model, contents(must(s.All())))
			snap := must(s.Snapshot())
			require.Equal(t, model, contents(snap.All()))
			require.Equal(t, len(model), snap.Len())
			for k, v := range model {
				got, found := snap.Lookup(k)
				require.True(t, found)
				require.Equal(t, v, got)
			}
		}
	})
}

func TestAnOrderedTableIsASortedMap(t *testing.T) {
	owner := start(newSystem(t))
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 25).Draw(t, "limit")
		s := ordered(t, owner, "", table.Options{Limit: limit})
		defer s.Drop()
		model := map[int]int{}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			before, was := must(s.Snapshot()), maps.Clone(model)
			step(t, s, model, limit)
			sorted(t, must(s.Snapshot()), model)
			sorted(t, before, was) // a snapshot does not change
			from, to := rapid.IntRange(-1, 22).Draw(t, "from"), rapid.IntRange(-1, 22).Draw(t, "to")
			require.Equal(t, between(model, from, to), pairs(must(s.Range(from, to))))
			down := between(model, to+1, from+1)
			slices.Reverse(down)
			require.Equal(t, down, pairs(must(s.Descend(from, to))))
			require.Equal(t, between(model, -1, 99), pairs(must(s.All())))
			neighbours(t, s, model, from)
		}
	})
}

// between returns the model's pairs from from up to to, in order.
func between(model map[int]int, from, to int) []pair[int, int] {
	out := []pair[int, int]{}
	for _, k := range slices.Sorted(maps.Keys(model)) {
		if k >= from && k < to {
			out = append(out, pair[int, int]{k, model[k]})
		}
	}
	return out
}

// sorted compares a snapshot with the model.
func sorted(t *rapid.T, s table.OrderedSnapshot[int, int], model map[int]int) {
	want := between(model, -1, 99)
	require.Equal(t, want, pairs(s.All()))
	require.Equal(t, len(want), s.Len())
	odd := slices.DeleteFunc(slices.Clone(want), func(p pair[int, int]) bool { return p.v%2 == 0 })
	require.Equal(t, odd, pairs(s.Select(func(_, v int) bool { return v%2 == 1 })))
	slices.Reverse(want)
	require.Equal(t, want, pairs(s.Backward()))
	for k := range 21 {
		v, had := model[k]
		got, found := s.Lookup(k)
		require.Equal(t, had, found)
		require.Equal(t, v, got)
	}
}

// neighbours compares the steps from a key and the ends with the model.
func neighbours(t *rapid.T, s *table.Ordered[int, int], model map[int]int, key int) {
	check := func(all []pair[int, int], at int, k, v int, found bool, err error) {
		require.NoError(t, err)
		require.Equal(t, len(all) > 0, found)
		if found {
			require.Equal(t, all[at], pair[int, int]{k, v})
		}
	}
	above := between(model, key+1, 99)
	k, v, found, err := s.Next(key)
	check(above, 0, k, v, found, err)
	below := between(model, -1, key)
	k, v, found, err = s.Prev(key)
	check(below, len(below)-1, k, v, found, err)
	all := between(model, -1, 99)
	k, v, found, err = s.First()
	check(all, 0, k, v, found, err)
	k, v, found, err = s.Last()
	check(all, len(all)-1, k, v, found, err)
}

func TestABagIsAMapOfDistinctValuesInOrder(t *testing.T) {
	owner := start(newSystem(t))
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 25).Draw(t, "limit")
		b := bag(t, owner, "", table.Options{Limit: limit})
		defer b.Drop()
		model := map[int][]int{}
		size := func() (n int) {
			for _, vs := range model {
				n += len(vs)
			}
			return n
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			seen := must(b.Lookup(3))
			was := slices.Clone(seen)
			bagStep(t, b, model, size() == limit)
			require.Equal(t, was, slices.Clone(seen), "what a reader holds does not change")
			got := map[int][]int{}
			for k, v := range must(b.All()) {
				got[k] = append(got[k], v)
			}
			require.Equal(t, model, got)
			snap := must(b.Snapshot())
			require.Equal(t, size(), snap.Len())
			for k := range 6 {
				require.Equal(t, model[k], slices.Clone(must(b.Lookup(k))))
				require.Equal(t, model[k], slices.Clone(snap.Lookup(k)))
				for v := range 6 {
					require.Equal(t, slices.Contains(model[k], v), must(b.Has(k, v)))
				}
			}
			require.Equal(t, size(), must(b.Len()))
		}
	})
}

// bagStep does one random operation on the bag and on the model.
func bagStep(t *rapid.T, b *table.Bag[int, int], model map[int][]int, full bool) {
	k := rapid.IntRange(0, 5).Draw(t, "key")
	v := rapid.IntRange(0, 5).Draw(t, "value")
	old := model[k]
	there := slices.Contains(old, v)
	without := func(k int, f func(int) bool) {
		model[k] = slices.DeleteFunc(slices.Clone(model[k]), f)
		if len(model[k]) == 0 {
			delete(model, k)
		}
	}
	switch rapid.IntRange(0, 6).Draw(t, "op") {
	case 0, 1, 2:
		err := b.Put(k, v)
		if full && !there {
			require.ErrorIs(t, err, table.ErrFull)
			return
		}
		require.NoError(t, err)
		if !there {
			model[k] = append(slices.Clone(old), v)
		}
	case 3:
		done, err := b.PutNew(k, v)
		if full && len(old) == 0 {
			require.ErrorIs(t, err, table.ErrFull)
			return
		}
		require.NoError(t, err)
		require.Equal(t, len(old) == 0, done)
		if done {
			model[k] = []int{v}
		}
	case 4:
		require.NoError(t, b.Delete(k))
		delete(model, k)
	case 5:
		require.NoError(t, b.DeletePair(k, v))
		without(k, func(w int) bool { return w == v })
	case 6:
		n, err := b.DeleteWhere(func(k, w int) bool { return (k+w)%5 == v })
		require.NoError(t, err)
		want := 0
		for k, vs := range model {
			want += len(vs)
			without(k, func(w int) bool { return (k+w)%5 == v })
			want -= len(model[k])
		}
		require.Equal(t, want, n)
	}
}

func TestPutManyOfASetPutsUpToTheFirstRefusalAndOfAnOrderedTableAllOrNothing(t *testing.T) {
	owner := start(newSystem(t))
	five := maps.All(map[int]int{1: 1, 2: 2, 3: 3, 4: 4, 5: 5})
	s := set(t, owner, "", table.Options{Limit: 3})
	n, err := s.PutMany(five)
	require.ErrorIs(t, err, table.ErrFull)
	require.Equal(t, 3, n)
	require.Equal(t, 3, must(s.Len()))
	b := bag(t, owner, "", table.Options{Limit: 3})
	n, err = b.PutMany(five)
	require.ErrorIs(t, err, table.ErrFull)
	require.Equal(t, 3, n)
	require.Equal(t, 3, must(b.Len()))
	o := ordered(t, owner, "", table.Options{Limit: 3})
	n, err = o.PutMany(five)
	require.ErrorIs(t, err, table.ErrFull)
	require.Equal(t, 0, n)
	require.Equal(t, 0, must(o.Len()))
	n, err = o.PutMany(maps.All(map[int]int{1: 1, 2: 2, 3: 3}))
	require.NoError(t, err)
	require.Equal(t, 3, n)
	require.True(t, errors.Is(o.Put(4, 4), table.ErrFull))
	require.NoError(t, o.Put(3, 4), "a key that is there needs no room")
}
