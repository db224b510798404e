// SPDX-License-Identifier: Apache-2.0

package counter

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestALinearCounterStaysWithinItsBoundsAndNeverWraps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, model := &Linear{}, big.NewInt(0)
		min, max := int64(math.MinInt64), int64(math.MaxInt64)
		if rapid.Bool().Draw(t, "bounded") {
			min, max = rapid.Int64Range(math.MinInt64, 0).Draw(t, "min"), rapid.Int64Range(0, math.MaxInt64).Draw(t, "max")
			var err error
			c, err = NewLinear(0, min, max)
			require.NoError(t, err)
		}
		for range rapid.IntRange(0, 20).Draw(t, "n") {
			d := rapid.Int64().Draw(t, "delta")
			next := new(big.Int).Add(model, big.NewInt(d))
			got, err := c.Add(d)
			if next.Cmp(big.NewInt(min)) < 0 || next.Cmp(big.NewInt(max)) > 0 {
				require.ErrorIs(t, err, ErrBounds)
			} else {
				require.NoError(t, err)
				model = next
			}
			require.Equal(t, model.Int64(), got)
			old, swap := rapid.SampledFrom([]int64{got, d, 0}).Draw(t, "old"), rapid.Int64().Draw(t, "swap")
			swapped, err := c.CompareAndSwap(old, swap)
			require.Equal(t, swap < min || swap > max, errors.Is(err, ErrBounds))
			require.Equal(t, err == nil && old == got, swapped)
			if swapped {
				model = big.NewInt(swap)
			}
			require.Equal(t, model.Int64(), c.Get())
			data, err := json.Marshal(c)
			require.NoError(t, err)
			c = new(Linear)
			require.NoError(t, json.Unmarshal(data, c))
		}
	})
	_, err := NewLinear(5, 6, 7)
	assert.ErrorIs(t, err, ErrBounds)
	assert.ErrorIs(t, new(Linear).UnmarshalJSON([]byte(`{"value":1,"bounds":[2,3]}`)), ErrBounds)
	assert.Error(t, new(Linear).UnmarshalJSON([]byte(`[`)))
}

// copied is a copy through the encoding.
func copied[T any](t require.TestingT, v T) (w T) {
	data, err := json.Marshal(v)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &w))
	return w
}

// Replicas count and exchange what they know in any order, more than once, and late: in the end all have the sum of everything that was counted.
func TestMergedCountersAgreeOnTheSum(t *testing.T) {
	names := []string{"a/1", "b/1", "c/7"}
	rapid.Check(t, func(t *rapid.T) {
		copies, sum := make([]PN, 3), big.NewInt(0)
		var late []PN
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			i := rapid.IntRange(0, 2).Draw(t, "replica")
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0, 1:
				d := rapid.Int64().Draw(t, "delta")
				if err := copies[i].Add(names[i], d); err == nil {
					sum.Add(sum, big.NewInt(d))
				} else {
					require.ErrorIs(t, err, ErrOverflow)
				}
			case 2:
				late = append(late, copied(t, copies[i]))
			default:
				if len(late) > 0 {
					copies[i].Merge(late[rapid.IntRange(0, len(late)-1).Draw(t, "which")])
				}
			}
		}
		for range 2 {
			for i := range copies {
				for j := range copies {
					copies[i].Merge(copied(t, copies[j]))
				}
			}
		}
		for i := range copies {
			require.Equal(t, copies[0], copies[i])
			got, err := copies[i].Value()
			if !sum.IsInt64() {
				require.ErrorIs(t, err, ErrOverflow)
			} else {
				require.NoError(t, err)
				require.Equal(t, sum.Int64(), got)
			}
		}
		x, y := copied(t, copies[0]), copied(t, copies[0])
		x.Merge(y)
		require.Equal(t, y, x, "idempotent")
	})
	var c PN
	assert.ErrorIs(t, c.Inc(""), ErrReplica)
	assert.NoError(t, errors.Join(c.Inc("b"), c.Inc("a"), c.Dec("a")))
	assert.Equal(t, []string{"a", "b"}, c.Replicas())
	assert.NoError(t, c.Add("m", math.MinInt64))
	v, err := c.Value()
	assert.NoError(t, err)
	assert.Equal(t, int64(math.MinInt64+1), v)
}

// Whatever replicas hand on, take and learn late: no more is taken than was put in, and what is left at the end is there to be taken.
func TestNoMoreIsTakenThanWasPutIn(t *testing.T) {
	names := []string{"a", "b", "c"}
	rapid.Check(t, func(t *rapid.T) {
		copies := make([]Stock, 3)
		var put, taken uint64
		var late []Stock
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			i := rapid.IntRange(0, 2).Draw(t, "replica")
			n := rapid.Uint64Range(1, 5).Draw(t, "n")
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				require.NoError(t, copies[i].Put(names[i], n))
				put += n
			case 1, 2:
				if err := copies[i].Acquire(names[i], n); err == nil {
					taken += n
				} else {
					require.ErrorIs(t, err, ErrShare)
				}
			case 3:
				if err := copies[i].Hand(names[i], names[(i+1)%3], n); err != nil {
					require.ErrorIs(t, err, ErrShare)
				}
			case 4:
				late = append(late, copied(t, copies[i]))
			default:
				if len(late) > 0 {
					copies[i].Merge(late[rapid.IntRange(0, len(late)-1).Draw(t, "which")])
				}
			}
			require.LessOrEqual(t, taken, put)
		}
		for range 2 {
			for i := range copies {
				for j := range copies {
					copies[i].Merge(copied(t, copies[j]))
				}
			}
		}
		left := uint64(0)
		for _, r := range names {
			left += copies[0].Share(r)
		}
		require.Equal(t, put-taken, left)
	})
	var s Stock
	assert.ErrorIs(t, s.Put("", 1), ErrReplica)
	assert.ErrorIs(t, s.Put("a", 0), ErrReplica)
	assert.ErrorIs(t, s.Put("a", math.MaxUint64), ErrOverflow)
	assert.ErrorIs(t, s.Hand("a", "a", 1), ErrReplica)
	assert.ErrorIs(t, s.Acquire("a", 0), ErrReplica)
	assert.ErrorIs(t, new(Way).UnmarshalText([]byte("x")), ErrReplica)
	var e *ShareError
	assert.ErrorAs(t, s.Acquire("a", 2), &e)
	assert.Equal(t, ShareError{Replica: "a", Need: 2}, *e)
	big := Stock{Taken: map[string]uint64{"a": 3}}
	assert.Zero(t, big.Share("a"), "taken, and not known to be given")
}
