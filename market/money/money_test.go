// SPDX-License-Identifier: Apache-2.0

package money_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/money"
)

func TestATextIsAnExactDecimalOrRefused(t *testing.T) {
	for text, want := range map[string]struct {
		amount money.Amount
		err    error
	}{
		"0":                           {},
		"-0":                          {},
		"-0.0":                        {},
		"12.50":                       {12_500_000, nil},
		"+3":                          {3_000_000, nil},
		"007":                         {7_000_000, nil},
		"-0.000001":                   {-1, nil},
		"9223372036854.775807":        {money.Max, nil},
		"-9223372036854.775808":       {money.Min, nil},
		"9223372036854.775808":        {0, money.ErrOverflow},
		"-9223372036854.775809":       {0, money.ErrOverflow},
		"99999999999999999999999":     {0, money.ErrOverflow},
		"1.0000000":                   {0, money.ErrPrecision},
		"0.1234567":                   {0, money.ErrPrecision},
		"":                            {0, money.ErrInvalidAmount},
		"-":                           {0, money.ErrInvalidAmount},
		"+":                           {0, money.ErrInvalidAmount},
		"--1":                         {0, money.ErrInvalidAmount},
		".":                           {0, money.ErrInvalidAmount},
		".5":                          {0, money.ErrInvalidAmount},
		"5.":                          {0, money.ErrInvalidAmount},
		"1.-5":                        {0, money.ErrInvalidAmount},
		"1.2.3":                       {0, money.ErrInvalidAmount},
		"1e5":                         {0, money.ErrInvalidAmount},
		"NaN":                         {0, money.ErrInvalidAmount},
		"Inf":                         {0, money.ErrInvalidAmount},
		"1,5":                         {0, money.ErrInvalidAmount},
		"1_000":                       {0, money.ErrInvalidAmount},
		" 1":                          {0, money.ErrInvalidAmount},
		"0x10":                        {0, money.ErrInvalidAmount},
		"٣":                           {0, money.ErrInvalidAmount},
		strings.Repeat("9", 1<<16):    {0, money.ErrOverflow},
		strings.Repeat("x", 1<<16):    {0, money.ErrInvalidAmount},
		strings.Repeat("0", 99) + "1": {1_000_000, nil},
	} {
		got, err := money.Parse(text)
		assert.Equal(t, want.amount, got, text)
		assert.ErrorIs(t, err, want.err, text)
		if err != nil {
			assert.Less(t, len(err.Error()), 200)
		}
	}
}

func TestTheFormatIsTheShortest(t *testing.T) {
	for amount, want := range map[money.Amount]string{
		0: "0", 1: "0.000001", -1: "-0.000001", 12_500_000: "12.5", -money.Unit: "-1", 1_000_001: "1.000001",
		money.Max: "9223372036854.775807", money.Min: "-9223372036854.775808",
	} {
		assert.Equal(t, want, money.Format(amount))
	}
}

func TestJSONKeepsEveryDigit(t *testing.T) {
	data, err := json.Marshal(map[string]money.Amount{"price": money.Max})
	require.NoError(t, err)
	assert.JSONEq(t, `{"price":"9223372036854.775807"}`, string(data))
	var back map[string]money.Amount
	require.NoError(t, json.Unmarshal(data, &back))
	assert.Equal(t, money.Max, back["price"])
	kept := money.Amount(5)
	require.ErrorIs(t, kept.UnmarshalText([]byte("1e9")), money.ErrInvalidAmount)
	assert.Equal(t, money.Amount(5), kept)
}

func TestAssetsDoNotMix(t *testing.T) {
	five, tea := money.Of(5*money.Unit, "credit"), money.Of(3, "tea")
	_, err := five.Add(tea)
	require.ErrorIs(t, err, money.ErrCurrencyMismatch)
	_, err = five.Sub(tea)
	require.ErrorIs(t, err, money.ErrCurrencyMismatch)
	six, err := five.Add(money.Of(money.Unit, "credit"))
	require.NoError(t, err)
	assert.Equal(t, "6 credit", six.String())
	five, err = six.Sub(money.Of(money.Unit, "credit"))
	require.NoError(t, err)
	assert.Equal(t, money.Of(5*money.Unit, "credit"), five)
	_, err = money.Of(money.Max, "credit").Add(five)
	require.ErrorIs(t, err, money.ErrOverflow)
	_, err = money.Of(money.Min, "credit").Sub(five)
	require.ErrorIs(t, err, money.ErrOverflow)
}

func TestAnAssetHasAPlainName(t *testing.T) {
	for _, good := range []money.Asset{"c", "credit", "lot/auction-7:1", "A_b.9", money.Asset(strings.Repeat("x", 64))} {
		assert.NoError(t, good.Validate())
	}
	for _, bad := range []money.Asset{"", "a b", "gold\n", "é", "a,b", money.Asset(strings.Repeat("x", 65))} {
		assert.ErrorIs(t, bad.Validate(), money.ErrInvalidAsset)
	}
}

func TestWhoDividesSaysHow(t *testing.T) {
	for _, bad := range []struct {
		den   int64
		round money.Round
	}{{0, money.Down}, {-1, money.Down}, {1, 0}, {1, 9}} {
		_, err := money.MulDiv(1, 1, bad.den, bad.round)
		assert.ErrorIs(t, err, money.ErrInvalidAmount)
	}
	assert.Equal(t, "down up half-even money.Round(0)", money.Down.String()+" "+money.Up.String()+" "+money.HalfEven.String()+" "+money.Round(0).String())
}

func TestWeightsThatCannotBeAreRefused(t *testing.T) {
	for _, c := range []struct {
		weights []int64
		err     error
	}{
		{nil, money.ErrInvalidAmount},
		{[]int64{0, 0}, money.ErrInvalidAmount},
		{[]int64{3, -1}, money.ErrInvalidAmount},
		{[]int64{int64(money.Max), 1}, money.ErrOverflow},
	} {
		_, err := money.Split(10, c.weights)
		assert.ErrorIs(t, err, c.err)
	}
}
