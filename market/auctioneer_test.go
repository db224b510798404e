// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/auction/exact"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/wdp"
	"mabeam.dev/supervision"
	"mabeam.dev/supervision/dynamic"
)

// sale is an auction with its ledger, and what everybody has in the end.
type sale struct {
	spec auction.Spec
	bids []auction.Input
	want map[string]money.Amount // credits in the end
	wins string                  // who has the lot in the end, if it is one
}

func selling(kind auction.Kind) auction.Spec {
	return auction.Spec{ID: "7", Kind: kind, Owner: "sue", Currency: "credit", Goods: []money.Asset{"lot"}, FeePerMillion: 100_000}
}

func offer(key, bidder string, a money.Amount) auction.Bid {
	return auction.Bid{Key: key, Bidder: bidder, Asset: "credit", Amount: a}
}

// sales are one of each kind.
func sales() map[string]sale {
	english := selling(auction.English)
	english.English = auction.EnglishRules{Start: 1, Increment: auction.Increment{Absolute: 1}, Proxy: true}
	dutch := selling(auction.Dutch)
	dutch.Dutch = auction.DutchRules{Start: 50, Floor: 10, Step: 15, Interval: time.Second}
	uniform := selling(auction.Uniform)
	uniform.Units = 2
	gsp := selling(auction.GSP)
	gsp.Service, gsp.GSP.Slots = true, []int64{2, 1}
	bundle := selling(auction.Combinatorial)
	bundle.Goods, bundle.Combinatorial.Payment = []money.Asset{"lot", "other"}, auction.VCG
	buying := selling(auction.Vickrey)
	buying.Owner, buying.Reverse, buying.Service, buying.Reserve, buying.Deposit = "ann", true, true, 80, 5
	secret := selling(auction.FirstPrice)
	secret.RevealFor, secret.Deposit = 10*time.Second, 3
	nonce := []byte("0123456789abcdef")
	commit := func(key, bidder string, a money.Amount) auction.Bid {
		return auction.Bid{Key: key, Bidder: bidder, Asset: "credit", Commitment: auction.Commit("7", bidder, a, nonce)}
	}
	return map[string]sale{
		"english":    {english, []auction.Input{offer("1", "ann", 30), offer("2", "bob", 40), offer("3", "ann", 35)}, map[string]money.Amount{"ann": 100, "bob": 64, "sue": 33, "fees": 3}, "bob"},
		"dutch":      {dutch, []auction.Input{auction.Accept{Key: "1", Bidder: "bob", Asset: "credit", Quantity: 1, Limit: 50}}, map[string]money.Amount{"ann": 100, "bob": 50, "sue": 45, "fees": 5}, "bob"},
		"firstprice": {selling(auction.FirstPrice), []auction.Input{offer("1", "ann", 30), offer("2", "bob", 40), offer("3", "bob", 20)}, map[string]money.Amount{"ann": 70, "bob": 100, "sue": 27, "fees": 3}, "ann"},
		"vickrey":    {selling(auction.Vickrey), []auction.Input{offer("1", "ann", 30), offer("2", "bob", 40)}, map[string]money.Amount{"ann": 100, "bob": 70, "sue": 27, "fees": 3}, "bob"},
		"unsold":     {selling(auction.Vickrey), nil, map[string]money.Amount{"ann": 100, "bob": 100}, "sue"},
		"committed":  {secret, []auction.Input{commit("1", "ann", 30), commit("2", "bob", 40)}, map[string]money.Amount{"ann": 97, "bob": 97}, "sue"},
		"procured":   {buying, []auction.Input{offer("1", "bob", 40), offer("2", "sue", 60)}, map[string]money.Amount{"ann": 40, "bob": 154, "fees": 6}, ""},
		"uniform": {uniform, []auction.Input{
			auction.Bid{Key: "1", Bidder: "ann", Asset: "credit", Values: []money.Amount{30, 20}},
			auction.Bid{Key: "2", Bidder: "bob", Asset: "credit", Values: []money.Amount{25}},
		}, map[string]money.Amount{"ann": 80, "bob": 80, "sue": 36, "fees": 4}, ""},
		"gsp": {gsp, []auction.Input{offer("1", "ann", 30), offer("2", "bob", 20)}, map[string]money.Amount{"ann": 60, "bob": 100, "sue": 36, "fees": 4}, ""},
		"combinatorial": {bundle, []auction.Input{
			auction.Bid{Key: "1", Bidder: "ann", Asset: "credit", Bundles: []auction.Bundle{{Goods: []int{0, 1}, Price: 50, Group: -1}}},
			auction.Bid{Key: "2", Bidder: "bob", Asset: "credit", Bundles: []auction.Bundle{{Goods: []int{0}, Price: 30, Group: -1}}},
		}, map[string]money.Amount{"ann": 70, "bob": 100, "sue": 27, "fees": 3}, "ann"},
	}
}

// stocked starts a ledger with money and goods in it.
func stocked(t *testing.T, m *memory) (*market.Ledger, *supervision.Supervisor) {
	t.Helper()
	l, sup, _ := opened(t, market.LedgerOptions{Journal: m})
	for _, who := range []string{"ann", "bob", "sue"} {
		_, err := l.Post(t.Context(), ledger.Open("open/"+who, who))
		require.NoError(t, err)
	}
	for _, x := range []ledger.Transaction{
		ledger.Deposit("in/ann", "ann", credits(100)), ledger.Deposit("in/bob", "bob", credits(100)),
		ledger.Deposit("in/lot", "sue", money.Of(2, "lot")), ledger.Deposit("in/other", "sue", money.Of(1, "other")),
		ledger.Deposit("in/sue", "sue", credits(20)),
	} {
		_, err := l.Post(t.Context(), x)
		require.NoError(t, err)
	}
	return l, sup
}

// hall starts a ledger with money in it, and an auctioneer of an auction.
func hall(t *testing.T, spec auction.Spec, m *memory) (*market.Auctioneer, *market.Ledger, *supervision.Supervisor) {
	t.Helper()
	l, sup := stocked(t, m)
	a, err := market.NewAuctioneer(market.AuctioneerOptions{Name: "auctioneer", Stream: "auction/7", Journal: m, Ledger: l, Spec: spec, Solver: exact.Solver(wdp.Options{})})
	require.NoError(t, err)
	_, err = sup.StartChild(t.Context(), a.Child())
	require.NoError(t, err)
	return a, l, sup
}

// insistOn repeats what is unavailable.
func insistOn(t *testing.T, do func(context.Context) error) {
	for {
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Second)
		err := do(ctx)
		stop()
		if !errors.Is(err, market.ErrUnavailable) && !errors.Is(err, context.DeadlineExceeded) {
			require.NoError(t, err)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// play carries out a sale and returns what everybody has in the end.
func play(t *testing.T, a *market.Auctioneer, s sale) {
	insistOn(t, func(ctx context.Context) error {
		_, err := a.Open(ctx)
		if errors.Is(err, auction.ErrInvalidState) {
			return nil // it was opened, and the answer lost
		}
		return err
	})
	for _, in := range s.bids {
		insistOn(t, func(ctx context.Context) (err error) {
			switch in := in.(type) {
			case auction.Bid:
				_, err = a.Bid(ctx, in)
			case auction.Accept:
				_, err = a.Accept(ctx, in)
				if errors.Is(err, auction.ErrClosed) {
					err = nil // it was served, the auction is over, and the answer lost
				}
			}
			return err
		})
	}
	time.Sleep(10 * time.Minute)
	synctest.Wait()
}

// witness is a test or a simulation.
type witness interface {
	require.TestingT
	Context() context.Context
}

// ended holds the end of a sale against what it must be: nothing is stuck, nothing is paid twice.
func ended(t witness, a *market.Auctioneer, l *market.Ledger, s sale) {
	v, ok := a.View()
	require.True(t, ok)
	want := auction.Settled
	if !v.Outcome.Sold {
		want = auction.NoSale
	}
	require.Equal(t, want, v.State)
	holds, err := l.Reconcile(t.Context(), "auction/7")
	require.NoError(t, err)
	require.Empty(t, holds, "nothing is stuck")
	for _, who := range []string{"ann", "bob", "sue"} {
		due := s.want[who]
		if who == "sue" {
			due += 20 // what it had
		}
		have, err := l.Balance(ledger.Available(who), "credit")
		require.NoError(t, err)
		require.Equal(t, due, have, who)
	}
	fees, err := l.Balance(ledger.Fees, "credit")
	require.NoError(t, err)
	require.Equal(t, s.want["fees"], fees)
	if s.wins != "" {
		got, err := l.Balance(ledger.Available(s.wins), "lot")
		require.NoError(t, err)
		require.Positive(t, got)
	}
	_, err = l.Verify(t.Context())
	require.NoError(t, err)
}

func TestEachKindOfAuctionIsHeldAndPaid(t *testing.T) {
	for name, s := range sales() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, l, _ := hall(t, s.spec, newMemory())
				play(t, a, s)
				ended(t, a, l, s)
			})
		})
	}
}

// TestAnEndAtEachEventOfASaleChangesNothing lets each append of a sale fail once, before and after it is stored: the auctioneer crashes, and
// its successor goes on. Appends of the ledger end the same way.
func TestAnEndAtEachEventOfASaleChangesNothing(t *testing.T) {
	for name, s := range sales() {
		t.Run(name, func(t *testing.T) {
			for n := 0; ; n++ {
				reached := false
				for _, stored := range []bool{false, true} {
					synctest.Test(t, func(t *testing.T) {
						m := newMemory()
						a, l, _ := hall(t, s.spec, m)
						count := 0
						m.failing(func(string, []market.Event) (bool, error) {
							if count++; count == n+1 {
								reached = true
								return stored, errDisk
							}
							return true, nil
						})
						play(t, a, s)
						ended(t, a, l, s)
					})
				}
				if !reached {
					assert.Greater(t, n, 3)
					return
				}
			}
		})
	}
}

func TestAnAuctioneerThatIsKilledAgainAndAgainSellsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sales()["english"]
		a, l, sup := hall(t, s.spec, newMemory())
		killed := make(chan struct{})
		go func() { // ends with its ten kills, and the test waits for it
			defer close(killed)
			for range 10 {
				time.Sleep(3 * time.Second)
				if pid := sup.Child("auctioneer"); pid != (actors.PID{}) {
					pid.Kill()
				}
			}
		}()
		play(t, a, s)
		<-killed
		ended(t, a, l, s)
	})
}

// TestACrashOfOneAuctionDisturbsNoOther holds two auctions under a dynamic supervisor; one of them is killed in the middle.
func TestACrashOfOneAuctionDisturbsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		first, l, sup := hall(t, selling(auction.Vickrey), m)
		_, err := sup.StartChild(t.Context(), dynamic.Child("auctions", dynamic.Spec{}))
		require.NoError(t, err)
		house, err := dynamic.Of(sup.Child("auctions"))
		require.NoError(t, err)
		other := selling(auction.Vickrey)
		other.ID = "8"
		second, err := market.NewAuctioneer(market.AuctioneerOptions{Name: "second", Stream: "auction/8", Journal: m, Ledger: l, Spec: other})
		require.NoError(t, err)
		_, err = house.StartChild(t.Context(), second.Child())
		require.NoError(t, err)
		for _, a := range []*market.Auctioneer{first, second} {
			_, err := a.Open(t.Context())
			require.NoError(t, err)
			_, err = a.Bid(t.Context(), offer("1", "ann", 30))
			require.NoError(t, err)
		}
		assert.Equal(t, money.Amount(40), balance(t, l, "ann"), "both are held: nobody overspends by bidding twice")
		sup.Child("auctioneer").Kill()
		_, err = second.Bid(t.Context(), offer("2", "bob", 20))
		require.NoError(t, err)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		for _, a := range []*market.Auctioneer{first, second} {
			v, ok := a.View()
			require.True(t, ok)
			assert.Equal(t, auction.Settled, v.State)
			assert.Equal(t, "ann", v.Outcome.Awards[0].Bidder)
		}
		assert.Equal(t, money.Amount(80), balance(t, l, "ann"), "the price of the second, and nothing for the first: nobody bid against it")
		running, err := house.Children(t.Context())
		require.NoError(t, err)
		assert.Empty(t, running, "who has sold is forgotten")
	})
}

func TestWhoCannotPayCannotBid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, l, _ := hall(t, selling(auction.Vickrey), newMemory())
		_, err := a.Open(t.Context())
		require.NoError(t, err)
		_, err = a.Bid(t.Context(), offer("1", "ann", 101))
		require.ErrorIs(t, err, ledger.ErrInsufficientFunds)
		_, err = a.Bid(t.Context(), offer("2", "eve", 1))
		require.ErrorIs(t, err, ledger.ErrUnknownAccount)
		_, err = a.Bid(t.Context(), offer("3", "ann", 60))
		require.NoError(t, err)
		assert.Equal(t, money.Amount(40), balance(t, l, "ann"))
		_, err = a.Bid(t.Context(), offer("3", "ann", 61))
		require.ErrorIs(t, err, auction.ErrIdempotencyConflict)
		_, err = a.Withdraw(t.Context(), auction.Withdraw{Key: "4", Bidder: "ann"})
		require.NoError(t, err)
		synctest.Wait()
		assert.Equal(t, money.Amount(100), balance(t, l, "ann"))
		_, err = a.Suspend(t.Context(), "look")
		require.NoError(t, err)
		_, err = a.Bid(t.Context(), offer("5", "ann", 1))
		require.ErrorIs(t, err, auction.ErrSuspended)
		_, err = a.Cancel(t.Context(), auction.Cancel{Operator: true, Reason: "over"})
		require.NoError(t, err)
		synctest.Wait()
		lots, err := l.Balance(ledger.Available("sue"), "lot")
		require.NoError(t, err)
		assert.Equal(t, money.Amount(2), lots)
		_, err = a.Bid(t.Context(), offer("6", "ann", 1))
		require.ErrorIs(t, err, auction.ErrClosed)
	})
}

func TestAnAuctioneerNeedsAllItsParts(t *testing.T) {
	_, err := market.NewAuctioneer(market.AuctioneerOptions{Spec: auction.Spec{Kind: auction.Combinatorial, DepositPerMillion: 5}, PayWithin: -1})
	require.ErrorIs(t, err, auction.ErrInvalidSpec)
	for _, part := range []string{"no name", "no stream", "no journal", "no ledger", "no solver", "winners pay within"} {
		assert.ErrorContains(t, err, part)
	}
}
