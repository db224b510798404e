// SPDX-License-Identifier: Apache-2.0

package table_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/actors/table"
)

func TestACounterAddsAsWholeNumbersDoAndMindsItsBounds(t *testing.T) {
	owner := start(newSystem(t))
	s := made(t, owner, func(c *cx) (*table.Set[string, int8], error) {
		return table.NewSet[string, int8](c, "", table.Options{})
	})
	rapid.Check(t, func(t *rapid.T) {
		small := rapid.Int8()
		c := table.Counter[int8]{Init: small.Draw(t, "init"), Min: small.Draw(t, "min"), Max: small.Draw(t, "max"), Wrap: rapid.Bool().Draw(t, "wrap")}
		low, high := int(c.Min), int(c.Max)
		if low == 0 && high == 0 {
			low, high = math.MinInt8, math.MaxInt8
		}
		if low > high {
			_, err := table.UpdateCounter(s, "k", 1, c)
			require.ErrorIs(t, err, table.ErrBounds)
			return
		}
		require.NoError(t, s.Delete("k"))
		want := int(c.Init)
		for range 5 {
			delta := small.Draw(t, "delta")
			want = exact(want, int(delta), low, high, c.Wrap)
			got, err := table.UpdateCounter(s, "k", delta, c)
			require.NoError(t, err)
			require.Equal(t, want, int(got))
		}
	})
}

// exact counts without a bound on the numbers.
func exact(count, delta, low, high int, wrap bool) int {
	sum := new(big.Int).Add(big.NewInt(int64(count)), big.NewInt(int64(delta))).Int64()
	switch {
	case sum > int64(high) && wrap && delta > 0:
		return low
	case sum > int64(high):
		return high
	case sum < int64(low) && wrap && delta < 0:
		return high
	case sum < int64(low):
		return low
	}
	return int(sum)
}

func TestACounterStaysAtTheEndsOfItsType(t *testing.T) {
	owner := start(newSystem(t))
	o := ordered(t, owner, "", table.Options{})
	require.NoError(t, o.Put(1, math.MaxInt-1))
	for range 3 {
		n, err := table.UpdateCounter(o, 1, 1, table.Counter[int]{})
		require.NoError(t, err)
		require.Equal(t, math.MaxInt, n)
	}
	n, err := table.UpdateCounter(o, 1, 1, table.Counter[int]{Wrap: true})
	require.NoError(t, err)
	require.Equal(t, math.MinInt, n)
}

func TestCompareAndSwapSwapsOnlyWhatIsThere(t *testing.T) {
	owner := start(newSystem(t))
	s := made(t, owner, func(c *cx) (*table.Set[int, any], error) { return table.NewSet[int, any](c, "", table.Options{}) })
	require.False(t, must(table.CompareAndSwap[int, any](s, 1, nil, 2)), "a missing key has no value, not even nil")
	require.NoError(t, s.Put(1, "a"))
	require.False(t, must(table.CompareAndSwap[int, any](s, 1, "b", 2)))
	require.True(t, must(table.CompareAndSwap[int, any](s, 1, "a", []int{1})))
	require.False(t, must(table.CompareAndSwap[int, any](s, 1, "a", 2)))
	require.Panics(t, func() { _, _ = table.CompareAndSwap[int, any](s, 1, []int{1}, 2) })
	require.NoError(t, s.Put(1, 3), "a panic leaves no lock behind")
}
