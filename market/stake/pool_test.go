// SPDX-License-Identifier: Apache-2.0

package stake

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"mabeam.dev/market/money"
)

func TestAPoolNeverPaysWhatItDoesNotHaveNorTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, err := NewPool(PoolSpec{ID: "main", Load: 200_000, Solvency: million / 2, PerProvider: million / 2})
		require.NoError(t, err)
		b := books{}
		for i := range rapid.IntRange(1, 40).Draw(t, "steps") {
			id := fmt.Sprint("p", rapid.IntRange(0, 12).Draw(t, "id"))
			amount := money.Amount(rapid.Int64Range(-1, 1000).Draw(t, "amount"))
			if rapid.IntRange(0, 9).Draw(t, "written") == 0 {
				image := p.Encode()
				p, err = DecodePool(p.spec, image)
				require.NoError(t, err)
				require.Equal(t, string(image), string(p.Encode()))
			}
			var moves []Move
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				if moves, _ = p.Fund("fund", amount); moves != nil {
					p.Funded(amount)
				}
			case 1:
				moves, err = p.Buy(Cover{
					Policy: id, Holder: "ann", Provider: rapid.SampledFrom([]string{"bob", "cid"}).Draw(t, "provider"), Deal: "d", Limit: amount,
					Deductible: money.Amount(rapid.Int64Range(0, 20).Draw(t, "deductible")), Failures: 1, Deals: rapid.Int64Range(1, 99).Draw(t, "deals"),
				})
				if err == nil {
					_, _, unpaid := p.Policy(id)
					require.ErrorIs(t, unpaid, ErrUnknown)
					paid := rapid.Bool().Draw(t, "paid")
					if p.Bought(id, paid); !paid {
						moves = nil
					}
					require.LessOrEqual(t, p.Limits(), 2*p.Funds())
				}
			default:
				moves, err = p.Claim(id, Outcome{"d", rapid.Bool().Draw(t, "failed"), amount})
				if c := p.policies[id]; err == nil && len(moves) == 1 {
					require.LessOrEqual(t, moves[0].Amount, min(c.Limit, amount-c.Deductible))
				}
			}
			b.make(t, moves)
			require.Equal(t, b["pool/main"], p.Funds(), i)
			var limits money.Amount
			for _, c := range p.policies {
				if !c.over {
					limits += c.Limit
				}
			}
			require.Equal(t, limits, p.Limits())
			require.Equal(t, limits, p.provider["bob"]+p.provider["cid"])
		}
	})
}

func TestPoliciesThatCannotBeAreRefused(t *testing.T) {
	var input *InputError
	var state *StateError
	_, err := NewPool(PoolSpec{})
	require.ErrorAs(t, err, &input)
	p, err := NewPool(PoolSpec{ID: "x", Solvency: million, PerProvider: million / 10})
	require.NoError(t, err)
	_, err = p.Fund("", 1)
	require.ErrorAs(t, err, &input)
	c := Cover{Policy: "p", Holder: "ann", Provider: "bob", Deal: "d", Limit: 100, Deals: 10}
	_, err = p.Buy(c)
	require.ErrorIs(t, err, ErrCapacity, "there is no money")
	_, err = p.Fund("fund", 999)
	require.NoError(t, err)
	p.Funded(999)
	_, err = p.Buy(c)
	require.NoError(t, err)
	_, err = p.Claim("p", Outcome{Deal: "d", Failed: true, Loss: 150})
	require.ErrorIs(t, err, ErrUnknown, "the premium is not paid yet")
	p.Bought("p", true)
	_, err = p.Buy(c)
	require.ErrorIs(t, err, ErrDuplicate)
	c.Policy = "q"
	_, err = p.Buy(c)
	require.ErrorIs(t, err, ErrCapacity, "too much for one provider")
	for _, change := range []func(*Cover){func(c *Cover) { c.Holder = "bob" }, func(c *Cover) { c.Deal = "" }, func(c *Cover) { c.Limit = 0 }, func(c *Cover) { c.Failures = 11 }} {
		bad := c
		change(&bad)
		_, err = p.Buy(bad)
		require.ErrorAs(t, err, &input)
	}
	_, err = p.Claim("?", Outcome{})
	require.ErrorIs(t, err, ErrUnknown)
	_, err = p.Claim("p", Outcome{Deal: "other", Failed: true, Loss: 50})
	require.ErrorAs(t, err, &input)
	_, err = p.Claim("p", Outcome{Deal: "d", Failed: true, Loss: -1})
	require.ErrorAs(t, err, &input)
	moves, err := p.Claim("p", Outcome{Deal: "d", Failed: true, Loss: 150})
	require.NoError(t, err)
	require.Equal(t, []Move{{"pool/x", "ann/available", 100}}, moves)
	_, err = p.Claim("p", Outcome{Deal: "d", Failed: true, Loss: 150})
	require.ErrorAs(t, err, &state)
}

func TestNobodyWithFewDealsSeemsSafe(t *testing.T) {
	assert.Equal(t, int64(million), Failing(0, 0))
	assert.Equal(t, int64(million), Failing(5, 5))
	last := int64(million)
	for _, n := range []int64{1, 2, 5, 10, 100, 10_000} {
		f := Failing(0, n)
		assert.Less(t, f, last)
		assert.Positive(t, f)
		last = f
	}
	// Of providers that fail with 10 %, at most about 5 % are thought to be safer.
	r, under := rand.New(rand.NewPCG(1, 1)), 0
	for range 4000 {
		failures := int64(0)
		for range 200 {
			if r.IntN(10) == 0 {
				failures++
			}
		}
		if Failing(failures, 200) < 100_000 {
			under++
		}
	}
	assert.Less(t, under, 4000*7/100)
}
