// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"fmt"
	"slices"
	"strings"
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

// refusal is an input that the process refuses.
type refusal struct {
	spec   auction.Spec
	before []auction.Input
	wait   time.Duration // after them
	in     auction.Input
	want   error
}

func refusals() map[string]refusal {
	vickrey := selling(auction.Vickrey)
	with := func(s auction.Spec, change func(*auction.Spec)) auction.Spec {
		change(&s)
		return s
	}
	english := with(selling(auction.English), func(s *auction.Spec) { s.English.Increment.Absolute = 5 })
	clock := with(selling(auction.Dutch), func(s *auction.Spec) {
		s.Dutch, s.Units = auction.DutchRules{Start: 50, Floor: 10, Step: 10, Interval: time.Minute}, 2
	})
	lots := with(selling(auction.Combinatorial), func(s *auction.Spec) { s.Goods = []money.Asset{"lot", "other"} })
	gsp := with(selling(auction.GSP), func(s *auction.Spec) { s.Service, s.GSP.Slots = true, []int64{1 << 15} })
	secret := with(selling(auction.FirstPrice), func(s *auction.Spec) { s.Duration, s.RevealFor, s.Deposit = time.Minute, time.Minute, 3 })
	nonce := []byte("0123456789abcdef")
	commit := auction.Bid{Key: "1", Bidder: "ann", Asset: "credit", Commitment: auction.Commit("7", "ann", 30, nonce)}
	foreign := offer("x", "ann", 5)
	foreign.Asset = "gold"
	start := []auction.Input{auction.Start{}}
	open := func(more ...auction.Input) []auction.Input { return append(slices.Clone(start), more...) }
	return map[string]refusal{
		"not open yet":                      {vickrey, nil, 0, offer("x", "ann", 5), auction.ErrInvalidState},
		"opened twice":                      {vickrey, start, 0, auction.Start{}, auction.ErrInvalidState},
		"too early":                         {with(vickrey, func(s *auction.Spec) { s.StartAt = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC) }), nil, 0, auction.Start{}, auction.ErrEarly},
		"the lot is not there":              {with(vickrey, func(s *auction.Spec) { s.Units = 9 }), nil, 0, auction.Start{}, ledger.ErrInsufficientFunds},
		"closed, while bids are revealed":   {secret, open(commit), 90 * time.Second, offer("x", "bob", 5), auction.ErrClosed},
		"closed, and settled":               {vickrey, open(offer("1", "ann", 5)), time.Hour, offer("x", "ann", 5), auction.ErrClosed},
		"suspended":                         {vickrey, open(auction.Suspend{Reason: "look"}), 0, offer("x", "ann", 5), auction.ErrSuspended},
		"not invited":                       {with(vickrey, func(s *auction.Spec) { s.Invited = []string{"bob"} }), start, 0, offer("x", "ann", 5), auction.ErrUnauthorized},
		"not known to the ledger":           {vickrey, start, 0, offer("x", "eve", 5), ledger.ErrUnknownAccount},
		"the seller":                        {vickrey, start, 0, offer("x", "sue", 5), auction.ErrSellerBid},
		"the buyer":                         {procuring(auction.Vickrey), start, 0, offer("x", "ann", 5), auction.ErrSellerBid},
		"of the seller":                     {with(vickrey, func(s *auction.Spec) { s.Related = []string{"ann"} }), start, 0, offer("x", "ann", 5), auction.ErrRelatedParty},
		"one too many":                      {with(vickrey, func(s *auction.Spec) { s.MaxBidders = 1 }), open(offer("1", "ann", 5)), 0, offer("x", "bob", 5), auction.ErrTooManyBidders},
		"below the reserve":                 {with(vickrey, func(s *auction.Spec) { s.Reserve = 10 }), start, 0, offer("x", "ann", 9), auction.ErrBelowReserve},
		"above the ceiling":                 {procuring(auction.Vickrey), start, 0, offer("x", "bob", 81), auction.ErrBelowReserve},
		"below the increment":               {english, open(offer("1", "ann", 5)), 0, offer("x", "bob", 9), auction.ErrBidTooLow},
		"above the decrement":               {with(procuring(auction.English), func(s *auction.Spec) { s.English.Proxy, s.English.Increment.Absolute = false, 5 }), open(offer("1", "bob", 50)), 0, offer("x", "sue", 46), auction.ErrBidTooLow},
		"below the own limit":               {with(english, func(s *auction.Spec) { s.English.Proxy = true }), open(offer("1", "ann", 50)), 0, offer("x", "ann", 50), auction.ErrBidTooLow},
		"the clock asks for more":           {clock, start, 0, takes("x", "ann", 1, 49), auction.ErrBidTooLow},
		"over budget":                       {vickrey, start, 0, offer("x", "ann", 101), ledger.ErrInsufficientFunds},
		"overflow":                          {vickrey, start, 0, offer("x", "ann", money.Max), money.ErrOverflow},
		"overflow of all uses":              {gsp, start, 0, offer("x", "ann", auction.MaxPrice), money.ErrOverflow},
		"overflow of a bundle":              {lots, start, 0, wants("x", "ann", goods(money.Max, -1, 0)), money.ErrOverflow},
		"nothing":                           {vickrey, start, 0, offer("x", "ann", 0), auction.ErrInvalidBid},
		"less than nothing":                 {vickrey, start, 0, offer("x", "ann", -5), auction.ErrInvalidBid},
		"no pieces":                         {clock, start, 0, takes("x", "ann", 0, 50), auction.ErrInvalidBid},
		"fewer than no pieces":              {clock, start, 0, takes("x", "ann", -1, 50), auction.ErrInvalidBid},
		"more pieces than there are":        {clock, start, 0, takes("x", "ann", 3, 50), auction.ErrTooLarge},
		"a tick that has not been":          {clock, start, 0, auction.Accept{Key: "x", Bidder: "ann", Asset: "credit", Quantity: 1, Limit: 50, Seen: 3}, auction.ErrInvalidBid},
		"nobody":                            {vickrey, start, 0, offer("x", "", 5), auction.ErrInvalidBid},
		"another kind":                      {vickrey, start, 0, takes("x", "ann", 1, 50), auction.ErrInvalidBid},
		"foreign currency":                  {vickrey, start, 0, foreign, money.ErrCurrencyMismatch},
		"an empty bundle":                   {lots, start, 0, wants("x", "ann", goods(5, -1)), auction.ErrInvalidBid},
		"no bundles":                        {lots, start, 0, wants("x", "ann"), auction.ErrInvalidBid},
		"an unknown good":                   {lots, start, 0, wants("x", "ann", goods(5, -1, 2)), auction.ErrInvalidBid},
		"a repeated good":                   {lots, start, 0, wants("x", "ann", goods(5, -1, 0, 0)), auction.ErrInvalidBid},
		"a foreign group":                   {lots, start, 0, wants("x", "ann", goods(5, -2, 0)), auction.ErrInvalidBid},
		"a bundle for nothing":              {lots, start, 0, wants("x", "ann", goods(0, -1, 0)), auction.ErrInvalidBid},
		"too many bundles":                  {lots, start, 0, wants("x", "ann", slices.Repeat([]auction.Bundle{goods(1, -1, 0)}, 1025)...), auction.ErrTooLarge},
		"too many bytes":                    {vickrey, start, 0, offer(strings.Repeat("x", 300_000), "ann", 5), auction.ErrTooLarge},
		"rising values":                     {with(selling(auction.Uniform), func(s *auction.Spec) { s.Units = 2 }), start, 0, worths("x", "ann", 5, 6), auction.ErrInvalidBid},
		"not to be bought now":              {english, start, 0, auction.Bid{Key: "x", Bidder: "ann", Asset: "credit", BuyNow: true}, auction.ErrNotOffered},
		"a replayed key for something else": {vickrey, open(offer("x", "ann", 5)), 0, offer("x", "ann", 6), auction.ErrIdempotencyConflict},
		"withdrawn without a bid":           {vickrey, start, 0, auction.Withdraw{Key: "x", Bidder: "ann"}, auction.ErrNoBid},
		"withdrawn twice":                   {vickrey, open(offer("1", "ann", 5), auction.Withdraw{Key: "2", Bidder: "ann"}), 0, auction.Withdraw{Key: "x", Bidder: "ann"}, auction.ErrWithdrawn},
		"withdrawn while it is the best":    {english, open(offer("1", "ann", 5)), 0, auction.Withdraw{Key: "x", Bidder: "ann"}, auction.ErrBidBinding},
		"revealed too early":                {secret, open(commit), 0, auction.Reveal{Key: "x", Bidder: "ann", Amount: 30, Nonce: nonce}, auction.ErrInvalidState},
		"revealed something else":           {secret, open(commit), 90 * time.Second, auction.Reveal{Key: "x", Bidder: "ann", Amount: 31, Nonce: nonce}, auction.ErrCommitMismatch},
		"revealed without a bid":            {secret, open(commit), 90 * time.Second, auction.Reveal{Key: "x", Bidder: "bob", Amount: 31, Nonce: nonce}, auction.ErrNoBid},
		"a short commitment":                {secret, start, 0, auction.Bid{Key: "x", Bidder: "ann", Asset: "credit", Commitment: []byte("x")}, auction.ErrInvalidBid},
		"cancelled with bids":               {vickrey, open(offer("1", "ann", 5)), 0, auction.Cancel{}, auction.ErrUnauthorized},
		"cancelled without a reason":        {vickrey, open(offer("1", "ann", 5)), 0, auction.Cancel{Operator: true}, auction.ErrUnauthorized},
		"resumed while it runs":             {vickrey, start, 0, auction.Resume{}, auction.ErrInvalidState},
	}
}

// placed has an input placed by the handle's method for it.
func placed(t *testing.T, a *market.Auctioneer, in auction.Input) (auction.Result, error) {
	r := &saleroom{a: a, answers: map[string]auction.Result{}}
	err := r.place(t.Context(), in)
	for _, got := range r.answers {
		return got, err
	}
	return auction.Result{}, err
}

// Each refusal is made by the process, and changes neither its journal nor the books but for what it has given back.
func TestTheProcessRefusesWithATypedErrorAndChangesNothing(t *testing.T) {
	for name, c := range refusals() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				a, l, _ := hall(t, c.spec, m)
				for _, in := range c.before {
					_, err := placed(t, a, in)
					require.NoError(t, err)
				}
				time.Sleep(c.wait)
				synctest.Wait()
				_, books, err := l.Balances()
				require.NoError(t, err)
				log := len(m.types("auction/7"))
				_, err = placed(t, a, c.in)
				require.ErrorIs(t, err, c.want)
				synctest.Wait()
				_, after, err := l.Balances()
				require.NoError(t, err)
				assert.Equal(t, books, after)
				assert.Len(t, m.types("auction/7"), log)
			})
		})
	}
}

func TestAReplayedBidIsAnsweredAsTheFirstAndCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		a, l, sup := hall(t, selling(auction.Vickrey), m)
		_, err := a.Open(t.Context())
		require.NoError(t, err)
		first, err := a.Bid(t.Context(), offer("1", "ann", 30))
		require.NoError(t, err)
		_, err = a.Bid(t.Context(), offer("2", "ann", 40))
		require.NoError(t, err)
		sup.Child("auctioneer").Kill()
		synctest.Wait()
		log := len(m.types("auction/7"))
		again, err := a.Bid(t.Context(), offer("1", "ann", 30))
		require.NoError(t, err)
		assert.True(t, again.Duplicate)
		again.Duplicate = false
		assert.Equal(t, first, again)
		assert.Len(t, m.types("auction/7"), log)
		assert.Equal(t, money.Amount(60), balance(t, l, "ann"), "the second bid stands")
	})
}

// A late bid moves the close; the timer that was set for the first one is out of date.
func TestATimerOfAnEarlierGenerationClosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spec := scenes()["english, soft close"].spec
		a, _, _ := hall(t, spec, newMemory())
		_, err := a.Open(t.Context())
		require.NoError(t, err)
		time.Sleep(50 * time.Second)
		_, err = a.Bid(t.Context(), offer("1", "ann", 10))
		require.NoError(t, err)
		time.Sleep(29 * time.Second)
		synctest.Wait()
		v, _ := a.View()
		require.Equal(t, auction.Open, v.State)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		v, _ = a.View()
		require.Equal(t, auction.Settled, v.State)
	})
}

// Whoever takes an auction's holds over in the ledger ends the auctioneer: nothing of it is done any more, and its bids are not answered.
func TestAnAuctioneerOfAnEarlierEpochEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, l, sup := hall(t, selling(auction.Vickrey), newMemory())
		_, err := a.Open(t.Context())
		require.NoError(t, err)
		_, err = l.Take(t.Context(), "auction/7")
		require.NoError(t, err)
		before := sup.Child("auctioneer")
		_, err = a.Bid(t.Context(), offer("1", "ann", 30))
		require.ErrorIs(t, err, market.ErrUnavailable)
		synctest.Wait()
		assert.False(t, before.Alive())
		assert.Equal(t, money.Amount(100), balance(t, l, "ann"))
	})
}

// What keeps the winners of bundles from being found ends the auction without a sale, and says why.
func TestWhatCannotBeDecidedIsNotSold(t *testing.T) {
	all := scenes()["combinatorial, all or none"].spec
	all.Combinatorial.Payment = auction.VCG
	for _, c := range []struct {
		budget money.Amount
		bids   []auction.Input
		want   error
	}{
		{90, []auction.Input{wants("1", "bob", goods(20, -1, 0))}, auction.ErrInfeasible},
		{10, []auction.Input{wants("1", "bob", goods(20, -1, 0, 1)), wants("2", "sue", goods(30, -1, 0, 1))}, auction.ErrBudget},
		{90, []auction.Input{wants("1", "bob", goods(20, -1, 0, 1))}, auction.ErrMonopolist},
	} {
		synctest.Test(t, func(t *testing.T) {
			all.Combinatorial.Budget = c.budget
			a, l, _ := hall(t, all, newMemory())
			play(t, a, sale{spec: all, bids: c.bids})
			v, _ := a.View()
			require.Equal(t, auction.NoSale, v.State)
			reason := c.want.Error()
			if c.want == auction.ErrMonopolist {
				reason = "there is no ceiling"
			}
			assert.Contains(t, v.Outcome.Reason, reason)
			assert.Equal(t, []money.Amount{100, 100, 20}, []money.Amount{balance(t, l, "ann"), balance(t, l, "bob"), balance(t, l, "sue")})
			nothingStuck(t, l)
		})
	}
}

func TestTheLedgersProcessRefusesWithATypedErrorAndChangesNothing(t *testing.T) {
	hold := ledger.Hold{ID: "h", Owner: "ann", Ref: "r", Asset: "credit", Amount: 10}
	other := hold
	other.ID = "h2"
	for i, c := range []struct {
		before []ledger.Transaction
		t      ledger.Transaction
		want   error
	}{
		{nil, ledger.Transaction{Key: "x"}, ledger.ErrInvalidTransaction},
		{nil, ledger.Transaction{Key: "x", Postings: []ledger.Posting{{Account: ledger.Fees, Asset: "credit", Amount: 1}}}, ledger.ErrInvalidTransaction},
		{nil, ledger.Deposit("x", "ann", credits(-1)), ledger.ErrInvalidTransaction},
		{nil, ledger.Withdraw("x", "ann", credits(101)), ledger.ErrInsufficientFunds},
		{nil, ledger.Deposit("x", "nobody", credits(1)), ledger.ErrUnknownAccount},
		{nil, ledger.Deposit("x", "ann", credits(money.Max)), money.ErrOverflow},
		{[]ledger.Transaction{ledger.Deposit("x", "ann", credits(1))}, ledger.Deposit("x", "ann", credits(2)), ledger.ErrIdempotencyConflict},
		{nil, ledger.Release("x", []string{"h"}), ledger.ErrUnknownHold},
		{[]ledger.Transaction{ledger.Set("1", hold)}, ledger.Set("x", hold), ledger.ErrHoldExists},
		{[]ledger.Transaction{ledger.Set("1", hold), ledger.Release("2", []string{"h"})}, ledger.Release("x", []string{"h"}), ledger.ErrHoldClosed},
		{[]ledger.Transaction{ledger.Set("1", hold)}, ledger.Capture("x", "h", []ledger.Posting{{Account: ledger.Fees, Asset: "gold", Amount: 1}}), money.ErrCurrencyMismatch},
		{[]ledger.Transaction{ledger.Set("1", hold)}, ledger.Capture("x", "h", []ledger.Posting{{Account: ledger.Fees, Asset: "credit", Amount: 11}}), ledger.ErrInsufficientFunds},
		{[]ledger.Transaction{ledger.Set("1", hold, ledger.Fence{Ref: "r", Epoch: 2})}, ledger.Set("x", other, ledger.Fence{Ref: "r", Epoch: 1}), ledger.ErrFenced},
		{[]ledger.Transaction{ledger.Set("1", hold, ledger.Fence{Ref: "r", Epoch: 2})}, ledger.Set("x", other), ledger.ErrFenced},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				l, _ := stocked(t, m)
				for _, x := range c.before {
					_, err := l.Post(t.Context(), x)
					require.NoError(t, err)
				}
				_, before, err := l.Balances()
				require.NoError(t, err)
				log := len(m.types(books))
				_, err = l.Post(t.Context(), c.t)
				require.ErrorIs(t, err, c.want)
				all, err := l.PostAll(t.Context(), []ledger.Transaction{c.t})
				require.NoError(t, err)
				require.ErrorIs(t, all[0].Err, c.want)
				_, after, err := l.Balances()
				require.NoError(t, err)
				assert.Equal(t, before, after)
				assert.Len(t, m.types(books), log)
			})
		})
	}
}
