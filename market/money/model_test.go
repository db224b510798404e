// SPDX-License-Identifier: Apache-2.0

package money_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/money"
)

// edgy draws numbers of all sizes, the ends of the range among them.
func edgy() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64(), rapid.Int64Range(-9, 9), rapid.SampledFrom([]int64{int64(money.Max), int64(money.Min), int64(money.Max) - 1, int64(money.Min) + 1, 1 << 62, -1 << 62}))
}

// agree holds a result against the exact one: equal, or ErrOverflow and 0 where the exact one is no Amount.
func agree(t require.TestingT, exact *big.Int, got money.Amount, err error) {
	if exact.IsInt64() {
		require.NoError(t, err)
		require.Equal(t, exact.Int64(), int64(got))
		return
	}
	require.ErrorIs(t, err, money.ErrOverflow)
	require.Zero(t, got)
}

func TestEverySumAndProductIsExactOrRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := edgy().Draw(t, "x"), edgy().Draw(t, "y")
		a, b, bx, by := money.Amount(x), money.Amount(y), big.NewInt(x), big.NewInt(y)
		got, err := a.Add(b)
		agree(t, new(big.Int).Add(bx, by), got, err)
		got, err = a.Sub(b)
		agree(t, new(big.Int).Sub(bx, by), got, err)
		got, err = a.Neg()
		agree(t, new(big.Int).Neg(bx), got, err)
		got, err = a.Mul(y)
		agree(t, new(big.Int).Mul(bx, by), got, err)
	})
}

func TestADivisionRoundsAsToldAndNeverOtherwise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, num, den := edgy().Draw(t, "a"), edgy().Draw(t, "num"), edgy().Filter(func(v int64) bool { return v > 0 }).Draw(t, "den")
		product := new(big.Int).Mul(big.NewInt(x), big.NewInt(num))
		floor, rest := new(big.Int).DivMod(product, big.NewInt(den), new(big.Int)) // den > 0: floor and a rest >= 0
		ceiling := new(big.Int).Set(floor)
		if rest.Sign() != 0 {
			ceiling.Add(ceiling, big.NewInt(1))
		}
		nearest := floor
		switch twice := new(big.Int).Lsh(rest, 1).Cmp(big.NewInt(den)); {
		case twice > 0, twice == 0 && floor.Bit(0) == 1:
			nearest = ceiling
		}
		for r, exact := range map[money.Round]*big.Int{money.Down: floor, money.Up: ceiling, money.HalfEven: nearest} {
			got, err := money.MulDiv(money.Amount(x), num, den, r)
			agree(t, exact, got, err)
		}
	})
}

func TestPartsAddUpToTheWholeAndEachIsWithinOneOfItsShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := money.Amount(edgy().Draw(t, "total"))
		weights := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 5), rapid.Int64Range(0, 1<<58)), 1, 12).Draw(t, "weights")
		var sum int64
		for _, w := range weights {
			sum += w
		}
		parts, err := money.Split(total, weights)
		if sum == 0 {
			require.ErrorIs(t, err, money.ErrInvalidAmount)
			return
		}
		require.NoError(t, err)
		whole, err := money.Total(parts...)
		require.NoError(t, err)
		require.Equal(t, total, whole)
		for i, p := range parts {
			distance := new(big.Int).Sub(new(big.Int).Mul(big.NewInt(int64(p)), big.NewInt(sum)), new(big.Int).Mul(big.NewInt(int64(total)), big.NewInt(weights[i])))
			require.Negative(t, distance.CmpAbs(big.NewInt(sum)))
			if weights[i] == 0 {
				require.Zero(t, p)
			}
			for j := range i { // who weighs the same and comes later never gets more
				if weights[j] == weights[i] {
					require.LessOrEqual(t, new(big.Int).Abs(big.NewInt(int64(p))).Cmp(new(big.Int).Abs(big.NewInt(int64(parts[j])))), 0)
				}
			}
		}
	})
}

func TestASumIsExactInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s, bare money.Sum
		exact := new(big.Int)
		for _, v := range rapid.SliceOf(edgy()).Draw(t, "amounts") {
			n := edgy().Draw(t, "factor")
			s.Add(money.Amount(v))
			exact.Add(exact, big.NewInt(v))
			s.AddMul(money.Amount(v), n>>8)
			exact.Add(exact, new(big.Int).Mul(big.NewInt(v), big.NewInt(n>>8)))
			s.Sub(money.Amount(n))
			exact.Sub(exact, big.NewInt(n))
			bare.Add(money.Amount(v))
		}
		require.Equal(t, exact.Sign(), s.Sign())
		got, err := s.Amount()
		agree(t, exact, got, err)
		require.Equal(t, -bare.Cmp(s), s.Cmp(bare))
		require.Zero(t, s.Cmp(s))
	})
}

func TestWhatIsFormattedIsReadAsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := money.Amount(edgy().Draw(t, "amount"))
		got, err := money.Parse(money.Format(a))
		require.NoError(t, err)
		require.Equal(t, a, got)
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"0", "-0", "1", "12.50", "-0.000001", "9223372036854.775807", "-9223372036854.775808", "9223372036854.775808", "1e5", "NaN", "", "-", ".5", "5.", "1.0000000", "+3", "00012", "١"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := money.Parse(s)
		if err != nil {
			assert.Zero(t, a)
			return
		}
		exact, ok := new(big.Rat).SetString(s)
		require.True(t, ok)
		require.Zero(t, exact.Cmp(big.NewRat(int64(a), int64(money.Unit))))
		short := money.Format(a)
		again, err := money.Parse(short)
		require.NoError(t, err)
		require.Equal(t, a, again)
		require.LessOrEqual(t, len(short), len(strings.TrimPrefix(s, "+")))
	})
}
