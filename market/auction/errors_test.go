// SPDX-License-Identifier: Apache-2.0

package auction_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/auction"
	"mabeam.dev/market/money"
)

func spec(kind auction.Kind) auction.Spec {
	return auction.Spec{ID: "a1", Kind: kind, Owner: "olga", Currency: "credit", Goods: []money.Asset{"lot"}}
}

func open(t *testing.T, s auction.Spec, bids ...auction.Input) *auction.Machine {
	m, err := auction.New(s)
	require.NoError(t, err)
	for _, in := range append([]auction.Input{auction.Start{At: epoch}}, bids...) {
		_, err := m.Step(in)
		require.NoError(t, err)
	}
	return m
}

func bid(bidder string, a money.Amount) auction.Bid {
	return auction.Bid{At: epoch, Bidder: bidder, Asset: "credit", Amount: a}
}

func bundles(bidder string, list ...auction.Bundle) auction.Bid {
	return auction.Bid{At: epoch, Bidder: bidder, Asset: "credit", Bundles: list}
}

// TestEveryErrorHasWhoProvokesIt provokes each error of a running auction, and checks that it changes nothing.
func TestEveryErrorHasWhoProvokesIt(t *testing.T) {
	closed := auction.Close{At: epoch.Add(120 * time.Second), Gen: 1}
	invited := spec(auction.Vickrey)
	invited.Invited, invited.Related, invited.MaxBidders = []string{"ann", "bob", "rita"}, []string{"rita"}, 1
	clock := spec(auction.Dutch)
	clock.Dutch = auction.DutchRules{Start: 5, Floor: 1, Step: 1, Interval: time.Second}
	clock.Units = 2
	sealed := committed()
	sealed.Hidden, sealed.DepositPerMillion = true, 0
	lots := spec(auction.Combinatorial)
	lots.Goods = []money.Asset{"x", "y"}
	lots.Combinatorial = auction.CombinatorialRules{MaxBundles: 2, MaxGoods: 1, Payment: auction.VCG}
	tasks := lots
	tasks.Reverse, tasks.Service = true, true
	tasks.Combinatorial = auction.CombinatorialRules{AwardAll: true, Budget: 10, Payment: auction.VCG}
	reserved := spec(auction.English)
	reserved.Reserve = 10
	gsp := spec(auction.GSP)
	gsp.Service, gsp.GSP.Slots = true, []int64{1 << 15}
	one, both := []int{0}, []int{0, 1}
	answer := func(a auction.Answer) auction.Decide { return auction.Decide{At: late, Answer: &a} }
	keyed := bid("ann", 5)
	keyed.Key = "k"
	other := keyed
	other.Amount = 6
	for i, c := range []struct {
		m    *auction.Machine
		in   auction.Input
		want error
	}{
		{open(t, spec(auction.Vickrey)), bid("ann", 0), auction.ErrInvalidBid},
		{open(t, spec(auction.Vickrey)), bid("ann", -5), auction.ErrInvalidBid},
		{open(t, spec(auction.Vickrey)), bid("", 5), auction.ErrInvalidBid},
		{open(t, spec(auction.Vickrey)), bid("ann", money.Max), money.ErrOverflow},
		{open(t, gsp), bid("ann", auction.MaxPrice), money.ErrOverflow},
		{open(t, spec(auction.Vickrey)), auction.Bid{At: epoch, Bidder: "ann", Asset: "gold", Amount: 5}, money.ErrCurrencyMismatch},
		{open(t, spec(auction.Vickrey)), bid("olga", 5), auction.ErrSellerBid},
		{open(t, invited), bid("rita", 5), auction.ErrRelatedParty},
		{open(t, invited), bid("dan", 5), auction.ErrUnauthorized},
		{open(t, invited, bid("ann", 5)), bid("bob", 5), auction.ErrTooManyBidders},
		{open(t, spec(auction.Vickrey), closed), bid("ann", 5), auction.ErrClosed},
		{open(t, spec(auction.Vickrey)), auction.Bid{At: late, Bidder: "ann", Asset: "credit", Amount: 5}, auction.ErrClosed},
		{open(t, spec(auction.Vickrey), auction.Suspend{At: epoch}), bid("ann", 5), auction.ErrSuspended},
		{open(t, spec(auction.Vickrey), keyed), other, auction.ErrIdempotencyConflict},
		{open(t, spec(auction.Vickrey)), auction.Withdraw{At: epoch, Bidder: "ann"}, auction.ErrNoBid},
		{open(t, spec(auction.Vickrey), bid("ann", 5), auction.Withdraw{At: epoch, Bidder: "ann"}), auction.Withdraw{At: epoch, Bidder: "ann"}, auction.ErrWithdrawn},
		{open(t, spec(auction.English), bid("ann", 5)), auction.Withdraw{At: epoch, Bidder: "ann"}, auction.ErrBidBinding},
		{open(t, spec(auction.English), bid("ann", 5)), bid("bob", 5), auction.ErrBidTooLow},
		{open(t, reserved), bid("ann", 9), auction.ErrBelowReserve},
		{open(t, spec(auction.English)), auction.Bid{At: epoch, Bidder: "ann", Asset: "credit", BuyNow: true}, auction.ErrNotOffered},
		{open(t, spec(auction.Vickrey)), auction.Close{At: late, Gen: 9}, auction.ErrStale},
		{open(t, spec(auction.Vickrey)), auction.Close{At: epoch, Gen: 1}, auction.ErrEarly},
		{open(t, clock), auction.Tick{At: late, N: 2}, auction.ErrStale},
		{open(t, clock), auction.Tick{At: epoch, N: 1}, auction.ErrEarly},
		{open(t, clock), auction.Accept{At: epoch, Bidder: "ann", Asset: "credit", Quantity: 0, Limit: 9}, auction.ErrInvalidBid},
		{open(t, clock), auction.Accept{At: epoch, Bidder: "ann", Asset: "credit", Quantity: 3, Limit: 9}, auction.ErrTooLarge},
		{open(t, clock), auction.Accept{At: epoch, Bidder: "ann", Asset: "credit", Quantity: 1, Limit: 4}, auction.ErrBidTooLow},
		{open(t, spec(auction.Vickrey)), auction.Accept{At: epoch, Bidder: "ann", Asset: "credit", Quantity: 1, Limit: 4}, auction.ErrInvalidBid},
		{open(t, sealed), auction.Bid{At: epoch, Bidder: "ann", Asset: "credit", Commitment: []byte("short")}, auction.ErrInvalidBid},
		{
			open(t, sealed, auction.Bid{At: epoch, Bidder: "ann", Asset: "credit", Commitment: auction.Commit("a1", "bob", 7, nonce)}, closed),
			auction.Reveal{At: closed.At, Bidder: "ann", Amount: 7, Nonce: nonce},
			auction.ErrCommitMismatch,
		},
		{open(t, sealed, closed), auction.Reveal{At: closed.At, Bidder: "ann", Amount: 7, Nonce: nonce}, auction.ErrNoBid},
		{open(t, lots), bundles("ann"), auction.ErrInvalidBid},
		{open(t, lots), bundles("ann", auction.Bundle{Price: 5, Group: -1}), auction.ErrInvalidBid},
		{open(t, lots), bundles("ann", auction.Bundle{Goods: []int{7}, Price: 5, Group: -1}), auction.ErrInvalidBid},
		{open(t, tasks), bundles("ann", auction.Bundle{Goods: []int{0, 0}, Price: 5, Group: -1}), auction.ErrInvalidBid},
		{open(t, lots), bundles("ann", auction.Bundle{Goods: one, Price: 5, Group: -2}), auction.ErrInvalidBid},
		{open(t, lots), bundles("ann", auction.Bundle{Goods: one, Price: 0, Group: -1}), auction.ErrInvalidBid},
		{open(t, lots), bundles("ann", auction.Bundle{Goods: both, Price: 5, Group: -1}), auction.ErrTooLarge},
		{open(t, lots), bundles("ann", slices.Repeat([]auction.Bundle{{Goods: one, Price: 5, Group: -1}}, 3)...), auction.ErrTooLarge},
		{open(t, lots), bundles("ann", auction.Bundle{Goods: one, Price: money.Max, Group: -1}), money.ErrOverflow},
		{open(t, lots, bundles("ann", auction.Bundle{Goods: one, Price: 5, Group: -1}), closed), auction.Decide{At: late}, auction.ErrNotProven},
		{open(t, lots, bundles("ann", auction.Bundle{Goods: one, Price: 5, Group: -1}), closed), answer(auction.Answer{Bound: 5, Payments: []int64{0}}), auction.ErrNotProven},
		{open(t, lots, bundles("ann", auction.Bundle{Goods: one, Price: 5, Group: -1}), closed), answer(auction.Answer{Winners: []int{1}, Revenue: 5, Bound: 5, Proven: true}), auction.ErrAnswer},
		{open(t, lots, bundles("ann", auction.Bundle{Goods: one, Price: 5, Group: -1}), closed), answer(auction.Answer{Winners: []int{0}, Revenue: 6, Bound: 6, Proven: true, Payments: []int64{0}}), auction.ErrAnswer},
		{open(t, lots, bundles("ann", auction.Bundle{Goods: one, Price: 5, Group: -1}), closed), answer(auction.Answer{Winners: []int{0}, Revenue: 5, Bound: 5, Proven: true, Payments: []int64{6}}), auction.ErrAnswer},
		{open(t, lots, bundles("ann", auction.Bundle{Goods: one, Price: 5, Group: -1}), closed), answer(auction.Answer{Winners: []int{0}, Revenue: 5, Bound: 5, Proven: true}), auction.ErrAnswer},
		{open(t, tasks, bundles("ann", auction.Bundle{Goods: one, Price: 5, Group: -1}), closed), answer(auction.Answer{Winners: []int{0}, Revenue: 1, Bound: 1, Proven: true, Payments: []int64{1}}), auction.ErrInfeasible},
		{open(t, tasks, bundles("ann", auction.Bundle{Goods: both, Price: 5, Group: -1}), closed), answer(auction.Answer{Winners: []int{0}, Revenue: 7, Bound: 7, Proven: true, Payments: []int64{0}}), auction.ErrMonopolist},
		{open(t, tasks, bundles("ann", auction.Bundle{Goods: both, Price: 15, Group: -1}), closed), answer(auction.Answer{Winners: []int{0}, Revenue: 17, Bound: 17, Proven: true, Payments: []int64{17}}), auction.ErrBudget},
		{open(t, spec(auction.Vickrey), closed), auction.Decide{At: late, GiveUp: true}, auction.ErrUnauthorized},
		{open(t, spec(auction.Vickrey), bid("ann", 5)), auction.Cancel{At: epoch}, auction.ErrUnauthorized},
		{open(t, spec(auction.Vickrey), bid("ann", 5)), auction.Cancel{At: epoch, Operator: true}, auction.ErrUnauthorized},
		{open(t, spec(auction.Vickrey), bid("ann", 5), closed, auction.Decide{At: late}, auction.Charge{At: late}), auction.Default{At: late, Bidder: "ann"}, auction.ErrUnauthorized},
		{open(t, spec(auction.Vickrey)), auction.Settle{At: late}, auction.ErrInvalidState},
	} {
		before, hash := c.m.View(), c.m.Hash()
		_, err := c.m.Step(c.in)
		require.ErrorIs(t, err, c.want, "case %d", i)
		assert.Equal(t, before, c.m.View())
		assert.Equal(t, hash, c.m.Hash())
	}
}

func TestASettlementThatIsNotCoveredIsRefused(t *testing.T) {
	m := open(t, spec(auction.FirstPrice), bid("ann", 5), auction.Close{At: late, Gen: 1})
	_, err := m.Settlement(nil)
	require.ErrorIs(t, err, auction.ErrInvalidState)
	_, err = m.Step(auction.Decide{At: late})
	require.NoError(t, err)
	_, err = m.Settlement([]auction.Hold{{ID: "1", Owner: "ann", Asset: "credit", Amount: 4}, {ID: "2", Owner: "olga", Asset: "lot", Amount: 1}})
	require.ErrorIs(t, err, auction.ErrUncovered)
}

func TestALogThatWasNotWrittenIsNotRead(t *testing.T) {
	for _, text := range []string{"", "bid", "bid {", "tick {\"M\": 1}", "dance {}"} {
		_, err := auction.Decode([]byte(text))
		require.ErrorIs(t, err, auction.ErrMalformed, text)
	}
	_, err := auction.Replay(spec(auction.Vickrey), []auction.Input{auction.Settle{At: epoch}})
	require.ErrorIs(t, err, auction.ErrInvalidState)
	twice := bid("ann", 5)
	twice.Key = "k"
	_, err = auction.Replay(spec(auction.Vickrey), []auction.Input{auction.Start{At: epoch}, twice, twice})
	require.ErrorIs(t, err, auction.ErrIdempotencyConflict)
}

func TestASpecIsRefusedWithAllItsMistakes(t *testing.T) {
	for field, change := range map[string]func(*auction.Spec){
		"id":                 func(s *auction.Spec) { s.ID = "" },
		"kind":               func(s *auction.Spec) { s.Kind = "raffle" },
		"owner":              func(s *auction.Spec) { s.Owner = "" },
		"currency":           func(s *auction.Spec) { s.Currency = "" },
		"goods":              func(s *auction.Spec) { s.Goods = nil },
		"goods[0]":           func(s *auction.Spec) { s.Goods = []money.Asset{"credit"} },
		"goods[1]":           func(s *auction.Spec) { s.Kind, s.Goods = auction.Combinatorial, []money.Asset{"x", "x"} },
		"service":            func(s *auction.Spec) { s.Reverse, s.Reserve = true, 5 },
		"units":              func(s *auction.Spec) { s.Units = -1 },
		"reserve":            func(s *auction.Spec) { s.Reverse, s.Service = true, true },
		"reserves":           func(s *auction.Spec) { s.Reserves = []money.Amount{1} },
		"duration":           func(s *auction.Spec) { s.Duration = -1 },
		"feePerMillion":      func(s *auction.Spec) { s.FeePerMillion = 2_000_000 },
		"depositPerMillion":  func(s *auction.Spec) { s.DepositPerMillion = -1 },
		"deposit":            func(s *auction.Spec) { s.Kind, s.RevealFor = auction.Vickrey, 1 },
		"revealFor":          func(s *auction.Spec) { s.RevealFor, s.Deposit = 1, 1 },
		"weighted":           func(s *auction.Spec) { s.Weighted = true },
		"lottery":            func(s *auction.Spec) { s.Lottery = true },
		"english.buyNow":     func(s *auction.Spec) { s.English.Start, s.English.BuyNow = 9, 8 },
		"english.untilMet":   func(s *auction.Spec) { s.English.UntilMet = true },
		"english.softExtend": func(s *auction.Spec) { s.English.SoftWindow = 1 },
		"english.increment.bands[1].from": func(s *auction.Spec) {
			s.English.Increment.Bands = []auction.Band{{From: 5, Step: 1}, {From: 5, Step: 1}}
		},
		"dutch.floor": func(s *auction.Spec) {
			s.Kind, s.Dutch = auction.Dutch, auction.DutchRules{Start: 1, Floor: 2, Step: 1, Interval: 1}
		},
		"dutch.interval": func(s *auction.Spec) {
			s.Kind, s.Dutch = auction.Dutch, auction.DutchRules{Start: 2, Floor: 1, Step: 1}
		},
		"uniform.maxUnits":      func(s *auction.Spec) { s.Kind, s.Uniform.MaxUnits = auction.Uniform, 2 },
		"gsp.slots":             func(s *auction.Spec) { s.Kind = auction.GSP },
		"gsp.slots[1]":          func(s *auction.Spec) { s.Kind, s.GSP.Slots = auction.GSP, []int64{1, 2} },
		"combinatorial.payment": func(s *auction.Spec) { s.Kind, s.Combinatorial.Payment = auction.Combinatorial, "gift" },
		"combinatorial.awardAll": func(s *auction.Spec) {
			s.Kind, s.Combinatorial.AwardAll, s.Combinatorial.Budget = auction.Combinatorial, true, 1
		},
		"combinatorial.budget": func(s *auction.Spec) { s.Kind, s.Combinatorial.Budget = auction.Combinatorial, 1 },
		"combinatorial.acceptGap": func(s *auction.Spec) {
			s.Kind, s.Combinatorial.Payment, s.Combinatorial.AcceptGap = auction.Combinatorial, auction.VCG, 1
		},
	} {
		s := spec("")
		require.NoError(t, s.Validate())
		change(&s)
		_, err := auction.New(s)
		require.ErrorIs(t, err, auction.ErrInvalidSpec, field)
		var fields []string
		for _, e := range unjoin(err) {
			var one *auction.SpecError
			require.ErrorAs(t, e, &one)
			fields = append(fields, one.Field)
		}
		assert.Contains(t, fields, field)
	}
}

// unjoin takes the joined errors of a refused spec apart.
func unjoin(err error) []error {
	var many interface{ Unwrap() []error }
	for errors.As(err, &many) {
		return many.Unwrap()
	}
	return []error{err}
}

// TestSealedAmountsAreNotToBeRead looks for a sealed amount in everything that is shown before the decision.
func TestSealedAmountsAreNotToBeRead(t *testing.T) {
	const secret = 31_415_926
	m := open(t, spec(auction.FirstPrice))
	in := bid("ann", secret)
	r, err := m.Step(in)
	require.NoError(t, err)
	_, again := m.Step(bid("", secret))
	reveal := auction.Reveal{Bidder: "ann", Amount: secret}
	shown := fmt.Sprintf("%v %+v %#v %s %d %v %+v %v %v %+v %#v %v %v", in, in, in, in, in, r, m.View(), again, reveal, reveal, reveal, m.Bidders(), m.State())
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("refused", "bid", in, "reveal", reveal)
	for _, text := range []string{shown, log.String()} {
		assert.NotContains(t, text, "31415926")
		assert.NotContains(t, text, money.Format(secret))
	}
	assert.Contains(t, shown, "bid of ann")
}
