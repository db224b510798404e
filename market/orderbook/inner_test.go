// SPDX-License-Identifier: Apache-2.0

package orderbook

import (
	"maps"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/money"
)

func TestALadderIsASortedSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLadder()
		model := map[uint64]int32{}
		tick := rapid.OneOf(rapid.Uint64Range(1, 200), rapid.Uint64Range(1, 1<<20), rapid.Uint64Range(1, 1<<63-1))
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			if keys := slices.Sorted(maps.Keys(model)); len(keys) > 0 && rapid.IntRange(0, 2).Draw(t, "drop") == 0 {
				k := rapid.SampledFrom(keys).Draw(t, "which")
				l.drop(model[k])
				delete(model, k)
			} else {
				k := tick.Draw(t, "tick")
				i := l.at(k)
				if was, ok := model[k]; ok {
					require.Equal(t, was, i)
				}
				model[k] = i
			}
			keys := slices.Sorted(maps.Keys(model))
			var up, down []uint64
			for i := l.lowest; i != none; i = l.levels[i].above {
				up = append(up, l.levels[i].tick)
			}
			for i := l.highest; i != none; i = l.levels[i].below {
				down = append(down, l.levels[i].tick)
			}
			require.Equal(t, keys, up)
			slices.Reverse(down)
			require.Equal(t, keys, down)
			require.Len(t, l.levels, len(l.freeLevel)+len(model), "a level is lost")
		}
		for _, i := range model {
			l.drop(i)
		}
		require.Len(t, l.freeRung, len(l.rungs), "a rung is lost")
		require.Equal(t, none, l.root)
	})
}

func TestTheIndexIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := newIndex()
		model := map[ID]int32{}
		for i := range rapid.IntRange(1, 300).Draw(t, "steps") {
			id := ID(rapid.Uint64Range(1, 120).Draw(t, "id"))
			if _, ok := model[id]; ok {
				x.remove(id)
				delete(model, id)
			} else {
				x.remove(id) // which is not there
				x.add(id, int32(i))
				model[id] = int32(i)
			}
			require.Equal(t, len(model), x.count)
			for id := range ID(121) {
				want, ok := model[id]
				if !ok {
					want = none
				}
				require.Equal(t, want, x.find(id))
			}
		}
	})
}

func TestTheTapeRemembersTheLatestTradesAndAveragesThemExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 10).Draw(t, "size")
		tape := NewTape(size)
		var all []Print
		at := int64(0)
		for i := range rapid.IntRange(1, 25).Draw(t, "trades") {
			at += rapid.OneOf(rapid.Int64Range(0, 3), rapid.Int64Range(0, 1<<40)).Draw(t, "later")
			p := Print{ID(i + 1), at, money.Amount(rapid.OneOf(rapid.Int64Range(1, 9), rapid.Int64Range(1, 1<<62)).Draw(t, "price")), rapid.Int64Range(1, MaxQuantity).Draw(t, "quantity")}
			tape.Add(p)
			all = append(all, p)
		}
		all = all[max(0, len(all)-size):]
		require.Equal(t, len(all), tape.Len())
		for i, p := range all {
			require.Equal(t, p, tape.At(len(all)-1-i))
		}
		since, until := rapid.Int64Range(0, at+2).Draw(t, "since"), at+rapid.Int64Range(0, 5).Draw(t, "until")
		var cost, pieces, area, covered big.Int
		for i, p := range all {
			if p.At >= since {
				cost.Add(&cost, new(big.Int).Mul(big.NewInt(int64(p.Price)), big.NewInt(p.Quantity)))
				pieces.Add(&pieces, big.NewInt(p.Quantity))
			}
			end := until
			if i+1 < len(all) {
				end = all[i+1].At
			}
			if d := end - max(p.At, since); d > 0 {
				area.Add(&area, new(big.Int).Mul(big.NewInt(int64(p.Price)), big.NewInt(d)))
				covered.Add(&covered, big.NewInt(d))
			}
		}
		check := func(sum, weight *big.Int, got money.Amount, of int64, err error) {
			if weight.Sign() == 0 {
				require.ErrorIs(t, err, ErrNoPrice)
				return
			}
			require.NoError(t, err)
			require.Equal(t, weight.Int64(), of)
			require.Equal(t, new(big.Int).Quo(sum, weight).Int64(), int64(got))
		}
		p, of, err := tape.VWAP(since)
		check(&cost, &pieces, p, of, err)
		p, of, err = tape.TWAP(since, until)
		check(&area, &covered, p, of, err)
	})
}

// FuzzPlace gives a book orders of all numbers: whatever it takes, what it says it did adds up.
func FuzzPlace(f *testing.F) {
	f.Add(byte(0), byte(0), byte(0), int64(100), int64(5), int64(0), int64(0), int64(1))
	f.Add(byte(1), byte(1), byte(1), int64(0), int64(5), int64(0), int64(90), int64(2))
	f.Add(byte(0), byte(1), byte(2), int64(0), int64(1<<40), int64(1<<62), int64(110), int64(-3))
	f.Add(byte(9), byte(9), byte(9), int64(-1<<63), int64(-1<<63), int64(-1<<63), int64(-1<<63), int64(-1<<63))
	f.Add(byte(0), byte(4), byte(0), int64(1<<63-1), int64(1), int64(0), int64(0), int64(1<<63-1))
	f.Fuzz(func(t *testing.T, side, kind, remedy byte, price, quantity, funds, stop, at int64) {
		b, err := New(Spec{Base: "tea", Quote: "credit", HaltMove: 500_000})
		require.NoError(t, err)
		for i, p := range []money.Amount{90, 95, 105, 110} {
			_, _, err := b.Place(0, Order{Owner: Owner(i), Side: Side(i / 2), Price: p, Quantity: 10})
			require.NoError(t, err)
		}
		for range 3 {
			o := Order{Owner: 1, Side: Side(side), Kind: Kind(kind), SelfTrade: SelfTrade(remedy), Price: money.Amount(price), Quantity: quantity, Funds: money.Amount(funds), Stop: money.Amount(stop)}
			id, events, err := b.Place(at, o)
			if err != nil {
				require.Zero(t, id)
				require.Empty(t, events)
				continue
			}
			left, spent := quantity, money.Amount(0)
			for _, e := range events {
				if e.Act == Traded && e.Order == id {
					left -= e.Quantity
					spent += e.Price * money.Amount(e.Quantity)
				}
				if e.Act == Cancelled && e.Order == id {
					require.Equal(t, left, e.Quantity)
					left = 0
				}
			}
			if funds > 0 {
				require.LessOrEqual(t, spent, money.Amount(funds))
			}
			if s, err := b.Find(id); err == nil {
				left -= s.Quantity
			}
			require.Zero(t, left)
		}
	})
}
