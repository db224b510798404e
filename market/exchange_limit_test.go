// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors/fault"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/integrity"
	"mabeam.dev/market/money"
	"mabeam.dev/telemetry"
)

func TestABidderBidsNoFasterThanItMayInAllAuctionsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, l, sys := bourse(t, newMemory(), market.ExchangeOptions{BidLimit: &integrity.Rate{PerMinute: 6, Burst: 3}})
		var seen struct {
			sync.Mutex
			refused int
		}
		t.Cleanup(telemetry.Subscribe(sys.Events(), "limits", func(e market.BidAnswered) {
			seen.Lock()
			defer seen.Unlock()
			if e.Code == fault.Code(6811) {
				seen.refused++
			}
		}))
		ctx := t.Context()
		for _, id := range []string{"tea", "cup"} {
			_, err := x.Create(ctx, vickrey(id))
			require.NoError(t, err)
			_, err = x.Open(ctx, id)
			require.NoError(t, err)
		}
		bid := func(id, key, who string, a money.Amount) error {
			_, err := x.Bid(ctx, id, offer(key, who, a))
			return err
		}
		require.NoError(t, bid("tea", "1", "ann", 10))
		require.NoError(t, bid("cup", "2", "ann", 11))
		require.NoError(t, bid("tea", "3", "ann", 12))
		err := bid("cup", "4", "ann", 40)
		var fast *integrity.LimitedError
		require.ErrorAs(t, err, &fast)
		assert.Equal(t, "ann", fast.Subject)
		assert.Equal(t, 10*time.Second, fast.After)
		assert.Equal(t, money.Amount(100-12-11), balance(t, l, "ann"), "nothing is held for a bid that was too fast")
		require.NoError(t, bid("tea", "1", "ann", 10), "a repetition is free")
		require.NoError(t, bid("cup", "1", "bob", 10), "others bid as they may")
		time.Sleep(fast.After)
		require.NoError(t, bid("tea", "1", "ann", 10), "and takes nothing")
		require.NoError(t, bid("cup", "4", "ann", 40), "the wait that the error says is enough")
		require.ErrorIs(t, bid("cup", "5", "ann", 41), integrity.ErrRateLimited)
		_, err = x.Withdraw(ctx, "cup", auction.Withdraw{Key: "w", Bidder: "ann"})
		require.NotErrorIs(t, err, integrity.ErrRateLimited)
		synctest.Wait()
		seen.Lock()
		defer seen.Unlock()
		assert.Equal(t, 2, seen.refused)
	})
}

func TestOwnersOfOnePartyBidNoFasterTogetherThanOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, _, _ := bourse(t, newMemory(), market.ExchangeOptions{BidLimit: &integrity.Rate{PerMinute: 6, Burst: 4}, Parties: [][]string{{"ann", "bob"}}})
		ctx := t.Context()
		_, err := x.Create(ctx, vickrey("tea"))
		require.NoError(t, err)
		_, err = x.Open(ctx, "tea")
		require.NoError(t, err)
		for i := range 4 {
			_, err := x.Bid(ctx, "tea", offer(fmt.Sprint(i), []string{"ann", "bob"}[i%2], 10))
			require.NoError(t, err)
		}
		for _, who := range []string{"ann", "bob"} {
			_, err := x.Bid(ctx, "tea", offer("x", who, 10))
			require.ErrorIs(t, err, integrity.ErrRateLimited, who)
		}
	})
}

func TestBidsOfOneMomentAreLimitedAndTheSameBidCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, _, _ := bourse(t, newMemory(), market.ExchangeOptions{BidLimit: &integrity.Rate{Burst: 2}})
		ctx := t.Context()
		_, err := x.Create(ctx, vickrey("tea"))
		require.NoError(t, err)
		_, err = x.Open(ctx, "tea")
		require.NoError(t, err)
		var done sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			done.Go(func() { _, errs[i] = x.Bid(ctx, "tea", offer(fmt.Sprint(i%4), "ann", money.Amount(10+i%4))) })
		}
		done.Wait()
		ok := map[int]int{}
		for i, err := range errs {
			if err == nil {
				ok[i%4]++
			} else {
				require.ErrorIs(t, err, integrity.ErrRateLimited)
			}
		}
		assert.Len(t, ok, 2, "two bids")
		for key, n := range ok {
			assert.Equal(t, 2, n, "both of key %d", key)
		}
	})
}

func TestALimitThatCannotBeIsRefused(t *testing.T) {
	_, err := market.NewExchange(market.ExchangeOptions{BidLimit: &integrity.Rate{Burst: .5}})
	require.ErrorIs(t, err, integrity.ErrInvalidRules)
	assert.ErrorContains(t, err, "no ledger")
}
