// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
)

// depositing are sales of kinds that take deposits; bob has spent his money when he has won.
func depositing() map[string]auction.Spec {
	all := map[string]auction.Spec{}
	for _, kind := range []auction.Kind{auction.English, auction.FirstPrice, auction.Vickrey} {
		s := selling(kind)
		s.DepositPerMillion = 100_000
		s.English = auction.EnglishRules{Start: 1, Increment: auction.Increment{Absolute: 1}, Proxy: true}
		all[string(kind)] = s
	}
	return all
}

// spend takes all that an owner has left.
func spend(t *testing.T, l *market.Ledger, who string) {
	t.Helper()
	_, err := l.Post(t.Context(), ledger.Withdraw("out/"+who, who, credits(balance(t, l, who))))
	require.NoError(t, err)
}

func TestAWinnerWhoCannotPayLosesItsDepositToTheNextBest(t *testing.T) {
	for name, spec := range depositing() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, l, _ := hall(t, spec, newMemory())
				_, err := a.Open(t.Context())
				require.NoError(t, err)
				for _, in := range []auction.Bid{offer("1", "ann", 60), offer("2", "bob", 80)} {
					_, err = a.Bid(t.Context(), in)
					require.NoError(t, err)
				}
				assert.Equal(t, []money.Amount{94, 92}, []money.Amount{balance(t, l, "ann"), balance(t, l, "bob")}, "a tenth is held, and stays so for the outbid")
				spend(t, l, "bob")
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				v, _ := a.View()
				require.Equal(t, auction.Settled, v.State)
				assert.Equal(t, 1, v.Outcome.Round)
				assert.Equal(t, []auction.Forfeit{{Bidder: "bob", Amount: 8}}, v.Outcome.Forfeits)
				price := map[string]money.Amount{"english": 1, "firstprice": 60, "vickrey": 0}[name]
				fee := price / 10
				assert.Equal(t, []money.Amount{100 - price, 0, 20 + price - fee}, []money.Amount{balance(t, l, "ann"), balance(t, l, "bob"), balance(t, l, "sue")})
				lost, err := l.Balance(ledger.Penalty, "credit")
				require.NoError(t, err)
				assert.Equal(t, money.Amount(8), lost)
				nothingStuck(t, l)
			})
		})
	}
}

func TestWhereNobodyCanPayNothingIsSold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spec := depositing()["firstprice"]
		a, l, _ := hall(t, spec, newMemory())
		_, err := a.Open(t.Context())
		require.NoError(t, err)
		for _, in := range []auction.Bid{offer("1", "ann", 60), offer("2", "bob", 80)} {
			_, err = a.Bid(t.Context(), in)
			require.NoError(t, err)
		}
		spend(t, l, "ann")
		spend(t, l, "bob")
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		v, _ := a.View()
		require.Equal(t, auction.NoSale, v.State)
		assert.Len(t, v.Outcome.Forfeits, 2)
		lost, err := l.Balance(ledger.Penalty, "credit")
		require.NoError(t, err)
		assert.Equal(t, money.Amount(14), lost)
		lots, err := l.Balance(ledger.Available("sue"), "lot")
		require.NoError(t, err)
		assert.Equal(t, money.Amount(2), lots)
		nothingStuck(t, l)
	})
}

// A winner has time to find the money; with it there is no default, also when the auctioneer dies while it waits.
func TestAWinnerMayPayUntilItsTimeIsUp(t *testing.T) {
	for _, killed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			spec := depositing()["firstprice"]
			l, sup := stocked(t, m)
			a, err := market.NewAuctioneer(market.AuctioneerOptions{Name: "auctioneer", Stream: "auction/7", Journal: m, Ledger: l, Spec: spec, PayWithin: time.Hour})
			require.NoError(t, err)
			_, err = sup.StartChild(t.Context(), a.Child())
			require.NoError(t, err)
			_, err = a.Open(t.Context())
			require.NoError(t, err)
			_, err = a.Bid(t.Context(), offer("1", "bob", 80))
			require.NoError(t, err)
			spend(t, l, "bob")
			time.Sleep(30 * time.Minute)
			synctest.Wait()
			v, _ := a.View()
			require.Equal(t, auction.Settling, v.State)
			if killed {
				sup.Child("auctioneer").Kill()
				time.Sleep(time.Minute)
			}
			_, err = l.Post(t.Context(), ledger.Deposit("late/bob", "bob", credits(72)))
			require.NoError(t, err)
			time.Sleep(40 * time.Minute)
			synctest.Wait()
			v, _ = a.View()
			require.Equal(t, auction.Settled, v.State)
			assert.Zero(t, v.Outcome.Round)
			assert.Equal(t, []money.Amount{0, 92}, []money.Amount{balance(t, l, "bob"), balance(t, l, "sue")})
			nothingStuck(t, l)
		})
	}
}

func nothingStuck(t *testing.T, l *market.Ledger) {
	t.Helper()
	holds, err := l.Reconcile(t.Context(), "auction/7")
	require.NoError(t, err)
	assert.Empty(t, holds)
	_, err = l.Verify(t.Context())
	require.NoError(t, err)
}

// What is announced opens by itself, and what is sold is set aside from the announcement on.
func TestAnAnnouncedAuctionOpensAtItsTime(t *testing.T) {
	for _, killed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			spec := selling(auction.Vickrey)
			spec.Units, spec.StartAt = 2, time.Now().Add(time.Hour)
			a, l, sup := hall(t, spec, newMemory())
			_, err := a.Announce(t.Context())
			require.NoError(t, err)
			lots, err := l.Balance(ledger.Available("sue"), "lot")
			require.NoError(t, err)
			assert.Zero(t, lots)
			if killed {
				sup.Child("auctioneer").Kill()
			}
			time.Sleep(59 * time.Minute)
			_, err = a.Bid(t.Context(), offer("1", "ann", 5))
			require.ErrorIs(t, err, auction.ErrInvalidState)
			time.Sleep(time.Minute)
			synctest.Wait()
			_, err = a.Bid(t.Context(), offer("1", "ann", 5))
			require.NoError(t, err)
			time.Sleep(time.Hour)
			synctest.Wait()
			v, _ := a.View()
			assert.Equal(t, auction.Settled, v.State)
			nothingStuck(t, l)
		})
	}
	synctest.Test(t, func(t *testing.T) {
		spec := selling(auction.Vickrey)
		spec.Units, spec.StartAt = 3, time.Now().Add(time.Hour)
		a, _, _ := hall(t, spec, newMemory())
		_, err := a.Announce(t.Context())
		require.ErrorIs(t, err, ledger.ErrInsufficientFunds)
	})
}
