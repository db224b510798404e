// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/market"
	"mabeam.dev/market/integrity"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
	"mabeam.dev/market/stake"
	"mabeam.dev/supervision"
)

// court adds stakes, insurance and trust to a bazaar.
type court struct {
	bazaar
	s *market.Stakes
	i *market.Insurance
	t *market.Trust
}

func judging(t *testing.T) court {
	t.Helper()
	b := dealing(t)
	s, err := market.NewStakes(market.StakesOptions{Name: "stakes", Stream: "market/stakes", Journal: b.m, Ledger: b.l, Reputation: b.r, Rules: stake.Spec{Minimum: money.Unit, Appeals: int64(time.Hour), Unbonding: int64(2 * time.Hour)}})
	require.NoError(t, err)
	i, err := market.NewInsurance(market.InsuranceOptions{
		Name: "insurance", Stream: "market/insurance", Journal: b.m, Ledger: b.l, Deals: b.d, Rules: stake.PoolSpec{ID: "insurance", Load: 100_000, Solvency: 1_000_000, PerProvider: 500_000},
	})
	require.NoError(t, err)
	tr, err := market.NewTrust(market.TrustOptions{Name: "trust", Stakes: s, Deals: b.d, MinAge: 10 * time.Minute})
	require.NoError(t, err)
	sys := actors.New(actors.Options{})
	t.Cleanup(func() { assert.NoError(t, sys.Close(context.Background())) })
	_, err = supervision.Start(sys, "court", supervision.Spec{Children: []supervision.Child{s.Child(), i.Child(), tr.Child()}})
	require.NoError(t, err)
	return court{b, s, i, tr}
}

func (c court) balance(t *testing.T, a ledger.Account) money.Amount {
	t.Helper()
	v, err := c.l.Balance(a, "credit")
	require.NoError(t, err)
	return v
}

func collusion(of ...string) integrity.Finding {
	return integrity.Finding{Kind: integrity.Shill, Version: 1, Subjects: of, Score: .9, P: 1e-9, Severity: integrity.Hold, Evidence: []integrity.Exhibit{{Name: "alpha", Value: 1}}}
}

func TestStakeIsTakenAfterAVerdictAndGoneWhenNoAppealCanChangeIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := judging(t)
		ctx := t.Context()
		for range 2 {
			p, err := c.s.Lock(ctx, "1", "ann", 50*money.Unit)
			require.NoError(t, err)
			assert.Equal(t, 50*money.Unit, p.Locked)
		}
		_, err := c.s.Lock(ctx, "2", "ann", 60*money.Unit)
		require.ErrorIs(t, err, ledger.ErrInsufficientFunds)
		_, err = c.s.Lock(ctx, "1", "ann", 10*money.Unit)
		require.ErrorIs(t, err, stake.ErrDuplicate)
		a := market.Accusation{Case: "c", Kind: "collusion", Finding: collusion("eve"), Accuser: "sue", Victim: "bob", Loss: 10 * money.Unit}
		a.Finding.Beneficiary = "ann"
		for range 2 {
			is, err := c.s.Accuse(ctx, a)
			require.NoError(t, err)
			assert.Equal(t, integrity.Reported, is.State)
		}
		assert.Equal(t, 50*money.Unit, c.balance(t, ledger.Stake("ann")), "a report is no verdict")
		_, err = c.s.Unbond(ctx, "u", "ann", money.Unit)
		require.ErrorIs(t, err, stake.ErrFrozen)
		_, err = c.s.Review(ctx, "c", "sue")
		require.ErrorIs(t, err, integrity.ErrNotParty)
		_, err = c.s.Review(ctx, "c", "judge")
		require.NoError(t, err)
		for range 2 {
			_, err = c.s.Decide(ctx, "c", "judge", true, "it is plain")
			require.NoError(t, err)
		}
		assert.Equal(t, 32*money.Unit, c.balance(t, ledger.Stake("ann")), "10 of damages and a fifth of the rest")
		assert.Equal(t, 100*money.Unit, c.balance(t, ledger.Available("bob")))
		time.Sleep(50 * time.Minute)
		_, err = c.s.Appeal(ctx, "c", "ann", "I was away")
		require.NoError(t, err)
		_, err = c.s.Decide(ctx, "c", "judge", false, "")
		require.ErrorIs(t, err, integrity.ErrNotParty)
		is, err := c.s.Decide(ctx, "c", "other", true, "it stands")
		require.NoError(t, err)
		assert.Equal(t, integrity.Final, is.State)
		assert.Equal(t, 110*money.Unit, c.balance(t, ledger.Available("bob")))
		assert.Equal(t, 8*money.Unit, c.balance(t, ledger.Penalty))
		synctest.Wait()
		history, err := c.r.History(ctx, "ann")
		require.NoError(t, err)
		require.Len(t, history, 1, "the violation")
		c.clean(t)
	})
}

func TestAnOverturnedVerdictIsPaidBackAndARejectedOneTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := judging(t)
		ctx := t.Context()
		_, err := c.s.Lock(ctx, "1", "ann", 50*money.Unit)
		require.NoError(t, err)
		_, err = c.s.Lock(ctx, "2", "sue", 10*money.Unit)
		require.NoError(t, err)
		proven := market.Accusation{Case: "p", Kind: "quality fraud", Finding: integrity.Finding{Kind: integrity.Wash, Subjects: []string{"ann", "sue"}}, Proof: "two signatures"}
		is, err := c.s.Accuse(ctx, proven)
		require.NoError(t, err)
		assert.Equal(t, integrity.Upheld, is.State)
		assert.Equal(t, 35*money.Unit, c.balance(t, ledger.Stake("ann")))
		assert.Equal(t, 7*money.Unit, c.balance(t, ledger.Stake("sue")))
		_, err = c.s.Appeal(ctx, "p", "sue", "forged")
		require.NoError(t, err)
		is, err = c.s.Decide(ctx, "p", "judge", false, "forged indeed")
		require.NoError(t, err)
		assert.Equal(t, integrity.Overturned, is.State)
		assert.Equal(t, 50*money.Unit, c.balance(t, ledger.Stake("ann")))
		assert.Equal(t, 10*money.Unit, c.balance(t, ledger.Stake("sue")))

		open := func(id string) {
			_, err := c.s.Accuse(ctx, market.Accusation{Case: id, Kind: "collusion", Finding: collusion("ann"), Accuser: "bob"})
			require.NoError(t, err)
			_, err = c.s.Review(ctx, id, "judge")
			require.NoError(t, err)
			_, err = c.s.Decide(ctx, id, "judge", false, "no")
			require.NoError(t, err)
		}
		open("rejected")
		_, err = c.s.Unbond(ctx, "u", "ann", money.Unit)
		require.ErrorIs(t, err, stake.ErrFrozen, "the accuser can appeal")
		time.Sleep(65 * time.Minute)
		is, err = c.s.Case(ctx, "rejected")
		require.NoError(t, err)
		assert.Equal(t, integrity.Final, is.State)
		assert.False(t, is.Guilty)
		open("appealed")
		_, err = c.s.Appeal(ctx, "appealed", "bob", "look again")
		require.NoError(t, err)
		is, err = c.s.Decide(ctx, "appealed", "other", true, "yes")
		require.NoError(t, err)
		assert.True(t, is.Punishable())
		assert.Equal(t, 40*money.Unit, c.balance(t, ledger.Stake("ann")))
		assert.Equal(t, 10*money.Unit, c.balance(t, ledger.Penalty))
		_, err = c.s.Unbond(ctx, "v", "ann", 40*money.Unit)
		require.NoError(t, err)
		time.Sleep(3 * time.Hour)
		_, err = c.s.Free(ctx, "f", "ann")
		require.NoError(t, err)
		assert.Equal(t, 90*money.Unit, c.balance(t, ledger.Available("ann")))
		all, err := c.s.Cases(ctx)
		require.NoError(t, err)
		assert.Len(t, all, 3)
		for _, bad := range []market.Accusation{{}, {Case: "x", Kind: "k", Finding: integrity.Finding{Subjects: []string{"ann"}}}, {Case: "x", Kind: "k", Finding: collusion("ann", "ann")}, {Case: "x", Kind: "k", Finding: collusion("ann"), Accuser: "ann"}, {Case: "x", Kind: "k", Finding: collusion("ann"), Loss: 1}} {
			_, err = c.s.Accuse(ctx, bad)
			var input *stake.InputError
			require.ErrorAs(t, err, &input)
		}
	})
}

func TestExposureIsNeverMoreThanWhatIsAtStake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := judging(t)
		ctx := t.Context()
		_, err := c.s.Lock(ctx, "1", "ann", 50*money.Unit)
		require.NoError(t, err)
		_, err = c.s.Expose(ctx, "a", "ann", 30*money.Unit)
		require.NoError(t, err)
		_, err = c.s.Expose(ctx, "b", "ann", 30*money.Unit)
		var low *stake.TooLowError
		require.ErrorAs(t, err, &low)
		_, err = c.s.Unbond(ctx, "u", "ann", 30*money.Unit)
		require.ErrorAs(t, err, &low)
		require.NoError(t, c.s.Done(ctx, "a"))
		require.NoError(t, c.s.Done(ctx, "a"))
		_, err = c.s.Expose(ctx, "b", "ann", 30*money.Unit)
		require.NoError(t, err)
		p, err := c.s.Of(ctx, "ann")
		require.NoError(t, err)
		assert.Equal(t, stake.Position{Locked: 50 * money.Unit, Exposed: 30 * money.Unit}, p)
	})
}

func TestAPolicyPaysOnceByHowItsDealEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := judging(t)
		ctx := t.Context()
		funds, err := c.i.Fund(ctx, "1", "sue", 60*money.Unit)
		require.NoError(t, err)
		assert.Equal(t, 60*money.Unit, funds)
		_, err = c.i.Fund(ctx, "2", "sue", 60*money.Unit)
		require.ErrorIs(t, err, ledger.ErrInsufficientFunds)
		for _, id := range []string{"good", "bad"} {
			what := terms(id)
			what.Deposit = 0
			_, err := c.d.Fund(ctx, what)
			require.NoError(t, err)
		}
		cover := stake.Cover{Policy: "p", Holder: "bob", Deal: "bad", Limit: 5 * money.Unit, Deductible: money.Unit}
		for range 2 {
			require.NoError(t, c.i.Buy(ctx, cover))
		}
		premium := 5*money.Unit + 500_000 // nobody knows the provider: the whole limit, and the load
		assert.Equal(t, 80*money.Unit-premium, c.balance(t, ledger.Available("bob")))
		other := cover
		other.Policy, other.Holder = "q", "sue"
		var input *stake.InputError
		require.ErrorAs(t, c.i.Buy(ctx, other), &input)
		large := cover
		large.Policy, large.Limit = "r", 1000*money.Unit
		require.ErrorIs(t, c.i.Buy(ctx, large), stake.ErrCapacity)
		_, err = c.i.Claim(ctx, "p")
		var open *listing.StateError
		require.ErrorAs(t, err, &open, "the deal is not over, whatever the holder says")
		for _, id := range []string{"good", "bad"} {
			_, err = c.d.Deliver(ctx, id, "ann", listing.Delivery{})
			require.NoError(t, err)
		}
		_, err = c.d.Accept(ctx, "good", "bob", nil)
		require.NoError(t, err)
		_, err = c.d.Dispute(ctx, "bad", "bob", "")
		require.NoError(t, err)
		_, err = c.d.Resolve(ctx, "bad", "judge", 400_000)
		require.NoError(t, err)
		before := c.balance(t, ledger.Available("bob"))
		for range 2 {
			paid, err := c.i.Claim(ctx, "p")
			require.NoError(t, err)
			assert.Equal(t, 3*money.Unit, paid, "4 were lost, and 1 the holder bears")
		}
		assert.Equal(t, before+3*money.Unit, c.balance(t, ledger.Available("bob")))
		funds, limits, err := c.i.State(ctx)
		require.NoError(t, err)
		assert.Equal(t, 57*money.Unit+premium, funds)
		assert.Zero(t, limits)
		assert.Equal(t, funds, c.balance(t, ledger.Pool("insurance")))
		_, err = c.i.Claim(ctx, "?")
		require.ErrorIs(t, err, stake.ErrUnknown)
		c.clean(t)
	})
}

func TestTrustBeginsAtStakeThatIsOldEnoughAndFollowsDealsThatSatisfied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := judging(t)
		ctx := t.Context()
		_, err := c.t.Seen()
		require.ErrorIs(t, err, market.ErrUnavailable)
		_, err = c.s.Lock(ctx, "1", "bob", 10*money.Unit)
		require.NoError(t, err)
		_, err = c.d.Fund(ctx, terms("1"))
		require.NoError(t, err)
		_, err = c.d.Deliver(ctx, "1", "ann", listing.Delivery{})
		require.NoError(t, err)
		_, err = c.d.Accept(ctx, "1", "bob", nil)
		require.NoError(t, err)
		time.Sleep(2 * time.Minute)
		_, err = c.t.Seen()
		require.ErrorIs(t, err, market.ErrUnavailable, "the stake is too young")
		time.Sleep(10 * time.Minute)
		trust, err := c.t.Seen()
		require.NoError(t, err)
		assert.Greater(t, trust.Of("bob"), trust.Of("ann"))
		assert.Greater(t, trust.Of("ann"), .4)
		assert.Zero(t, trust.Of("sue"))
		assert.Len(t, trust.Ranking(), 2)
	})
}

func TestOptionsOfStakesInsuranceAndTrustNameEverythingThatIsMissing(t *testing.T) {
	_, err := market.NewStakes(market.StakesOptions{Rules: stake.Spec{Minimum: -1}})
	for _, missing := range []string{"no name", "no journal", "no ledger", "Minimum"} {
		assert.ErrorContains(t, err, missing)
	}
	_, err = market.NewInsurance(market.InsuranceOptions{})
	for _, missing := range []string{"no name", "no journal", "no ledger", "no deals", "spec"} {
		assert.ErrorContains(t, err, missing)
	}
	_, err = market.NewTrust(market.TrustOptions{})
	for _, missing := range []string{"no name", "no stakes", "no deals"} {
		assert.ErrorContains(t, err, missing)
	}
}
