// SPDX-License-Identifier: Apache-2.0

package table_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors/table"
)

// churn is how many keys a loop meets and how many it makes: enough for the map below to grow several times.
const churn = 2000

func TestALoopThatWritesSeesEachStayingPairOnceAndNoKeyTwice(t *testing.T) {
	owner := start(newSystem(t))
	s, o := set(t, owner, "", table.Options{}), ordered(t, owner, "", table.Options{})
	b := bag(t, owner, "", table.Options{})
	for k := range churn {
		require.NoError(t, errors.Join(s.Put(k, k), o.Put(k, k), b.Put(k, k)))
	}
	met := map[int]bool{}
	for k, v := range must(s.All()) {
		require.False(t, met[k], "key %d comes twice", k)
		require.Equal(t, k, v)
		met[k] = true
		odd := k%churn | 1
		require.NoError(t, errors.Join(s.Delete(odd), s.Put(odd, odd), s.Put(k+churn, k+churn)))
		if len(met) > 3*churn {
			break // it may meet what it makes, and so never end
		}
	}
	for k := 0; k < churn; k += 2 {
		require.True(t, met[k], "key %d stays and is not met", k)
	}

	n := 0
	for k, v := range must(o.All()) {
		require.Equal(t, n, k, "an ordered table is gone through as it was")
		require.Equal(t, n, v)
		n++
		require.NoError(t, errors.Join(o.Delete(k+1), o.Put(k+churn, 0)))
	}
	require.Equal(t, churn, n)

	seen := map[int]int{}
	for k, v := range must(b.Select(func(k, _ int) bool { return k < churn })) {
		seen[k]++
		if v == k {
			require.NoError(t, errors.Join(b.Put(k, -1), b.DeletePair(k, k)))
		}
	}
	for k := range churn {
		require.Equal(t, 1, seen[k], "a key's values are of one moment")
	}
}

func TestALoopEndsWhenItsBodyDoes(t *testing.T) {
	owner := start(newSystem(t))
	s, o := set(t, owner, "", table.Options{}), ordered(t, owner, "", table.Options{})
	b := bag(t, owner, "", table.Options{})
	for k := range 10 {
		require.NoError(t, errors.Join(s.Put(k, k), o.Put(k, k), b.Put(1, k), b.Put(2, k)))
	}
	count := func(seq func(func(int, int) bool)) (n int) {
		for range seq {
			n++
			if n == 3 {
				break
			}
		}
		return n
	}
	require.Equal(t, 3, count(must(s.All())))
	require.Equal(t, 3, count(must(b.All())))
	require.Equal(t, 3, count(must(o.All())))
	require.Equal(t, 3, count(must(o.Range(0, 9))))
	require.Equal(t, 3, count(must(o.Descend(9, 0))))
	require.Equal(t, 3, count(must(o.Snapshot()).Backward()))
	require.Equal(t, 3, count(must(s.Snapshot()).All()))
	require.Equal(t, 3, count(must(b.Snapshot()).All()))
}

func TestALoopGoesOnWhenTheTableIsClearedOrDropped(t *testing.T) {
	owner := start(newSystem(t))
	s := set(t, owner, "", table.Options{})
	for k := range 100 {
		require.NoError(t, s.Put(k, k))
	}
	n := 0
	for range must(s.All()) {
		if n == 0 {
			require.NoError(t, s.Clear())
			require.Equal(t, 0, must(s.Len()))
			require.NoError(t, s.Drop())
		}
		n++
	}
	require.Equal(t, 100, n)
}

func TestSelectYieldsWhatMatches(t *testing.T) {
	owner := start(newSystem(t))
	s, b := set(t, owner, "", table.Options{}), bag(t, owner, "", table.Options{})
	for k := range 10 {
		require.NoError(t, errors.Join(s.Put(k, k*k), b.Put(k%2, k)))
	}
	require.Equal(t, map[int]int{7: 49, 8: 64, 9: 81}, contents(must(s.Select(func(_, v int) bool { return v > 40 }))))
	require.Equal(t, []pair[int, int]{{1, 7}, {1, 9}}, pairs(must(b.Select(func(k, v int) bool { return k == 1 && v > 5 }))))
}

func TestWhatABagsReaderHoldsDoesNotChange(t *testing.T) {
	owner := start(newSystem(t))
	for name, write := range map[string]func(b *table.Bag[int, int]) error{
		"put":         func(b *table.Bag[int, int]) error { return errors.Join(b.Put(1, 4), b.Put(1, 5), b.Put(1, 6)) },
		"delete pair": func(b *table.Bag[int, int]) error { return b.DeletePair(1, 1) },
		"delete":      func(b *table.Bag[int, int]) error { return errors.Join(b.Delete(1), b.Put(1, 9)) },
		"delete where": func(b *table.Bag[int, int]) error {
			_, err := b.DeleteWhere(func(_, v int) bool { return v < 3 })
			return err
		},
		"the last, and another": func(b *table.Bag[int, int]) error {
			return errors.Join(b.DeletePair(1, 3), b.Put(1, 7))
		},
	} {
		b := bag(t, owner, "", table.Options{})
		require.NoError(t, errors.Join(b.Put(1, 1), b.Put(1, 2), b.Put(1, 3)))
		held := must(b.Lookup(1))
		require.NoError(t, write(b), name)
		require.Equal(t, []int{1, 2, 3}, held, name)
		_ = append(held, 99)
		require.False(t, must(b.Has(1, 99)), name)
		require.NoError(t, b.Put(1, 8), name)
		require.Contains(t, must(b.Lookup(1)), 8, "%s: what a reader appends is its own", name)
	}
}
