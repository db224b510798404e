// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
	"mabeam.dev/market/reputation"
	"mabeam.dev/supervision"
)

// checked is a check that finds what the work says.
type checked struct{}

func (checked) Verify(_ context.Context, d listing.Deal) (bool, string, error) {
	if d.Work == "unknown" {
		return false, "", errDisk
	}
	return d.Work == "good", "it is " + d.Work, nil
}

// bazaar is a ledger, trackers and deals over a journal, under one supervisor; ann, bob and sue have 100 each.
type bazaar struct {
	m *memory
	l *market.Ledger
	r *market.Reputation
	d *market.Deals
}

func dealing(t *testing.T) bazaar {
	t.Helper()
	m := newMemory()
	l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: books, Journal: m})
	require.NoError(t, err)
	r, err := market.NewReputation(market.ReputationOptions{Name: "reputation", Stream: "market/reputation", Journal: m, Settlements: l, Partitions: 2})
	require.NoError(t, err)
	d, err := market.NewDeals(market.DealsOptions{Name: "deals", Stream: "market/deals", Journal: m, Ledger: l, Reputation: r, Verifier: checked{}})
	require.NoError(t, err)
	sys := actors.New(actors.Options{})
	t.Cleanup(func() { assert.NoError(t, sys.Close(context.Background())) })
	_, err = supervision.Start(sys, "market", supervision.Spec{Children: []supervision.Child{
		supervision.Worker(l.Name(), l.Behavior, l.ProcessOptions()...), r.Child(), d.Child(),
	}})
	require.NoError(t, err)
	for _, who := range []string{"ann", "bob", "sue"} {
		open := ledger.Deposit("in/"+who, who, credits(100*money.Unit))
		open.Accounts = []ledger.Account{ledger.Available(who)}
		_, err := l.Post(t.Context(), open)
		require.NoError(t, err)
	}
	return bazaar{m, l, r, d}
}

// has compares what owners have available, in hundredths of a credit.
func (b bazaar) has(t *testing.T, want map[string]int64) {
	t.Helper()
	for who, amount := range want {
		account := ledger.Available(who)
		if who == "fees" {
			account = ledger.Fees
		}
		have, err := b.l.Balance(account, "credit")
		require.NoError(t, err)
		assert.Equal(t, money.Amount(amount)*money.Unit/100, have, who)
	}
}

// clean says that nothing is held and that the books balance.
func (b bazaar) clean(t *testing.T) {
	t.Helper()
	report, err := b.l.Verify(t.Context())
	require.NoError(t, err)
	assert.Zero(t, report.Holds)
	open, err := b.d.Open(t.Context())
	require.NoError(t, err)
	assert.Empty(t, open)
}

func terms(id string) listing.Terms {
	return listing.Terms{ID: id, Buyer: "bob", Provider: "ann", Domain: "maps", Price: 10 * money.Unit, Deposit: 2 * money.Unit, Promised: 1}
}

func TestADealPaysWhenItsWorkIsAcceptedAndBothSidesAreRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := dealing(t)
		ctx := t.Context()
		d, err := b.d.Fund(ctx, terms("1"))
		require.NoError(t, err)
		assert.Equal(t, listing.Funded, d.State)
		b.has(t, map[string]int64{"ann": 9800, "bob": 9000})
		again, err := b.d.Fund(ctx, terms("1"))
		require.NoError(t, err)
		assert.Equal(t, d, again)
		_, err = b.d.Begin(ctx, "1", "ann")
		require.NoError(t, err)
		_, err = b.d.Begin(ctx, "1", "ann")
		require.NoError(t, err, "a repetition")
		_, err = b.d.Accept(ctx, "1", "bob", nil)
		var state *listing.StateError
		require.ErrorAs(t, err, &state)
		_, err = b.d.Deliver(ctx, "1", "ann", listing.Delivery{Work: "map", Measured: 1})
		require.NoError(t, err)
		good := .9
		for range 2 {
			d, err = b.d.Accept(ctx, "1", "bob", &good)
			require.NoError(t, err)
			assert.Equal(t, listing.Paid, d.State)
			assert.True(t, d.Settled)
		}
		b.has(t, map[string]int64{"ann": 10950, "bob": 9000, "fees": 50})
		synctest.Wait()
		score, err := b.r.Score("ann", "maps", time.Now())
		require.NoError(t, err)
		assert.Positive(t, score.Estimates[reputation.Reliability].Lower)
		assert.Positive(t, score.Estimates[reputation.Performance].Lower)
		history, err := b.r.History(ctx, "bob")
		require.NoError(t, err)
		assert.Len(t, history, 1, "the buyer has paid")
		b.clean(t)
	})
}

func TestWhatIsNotDeliveredIsRefundedWithTheDeposit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := dealing(t)
		ctx := t.Context()
		for _, id := range []string{"late", "gone"} {
			_, err := b.d.Fund(ctx, terms(id))
			require.NoError(t, err)
		}
		d, err := b.d.Abandon(ctx, "gone", "ann", "crashed")
		require.NoError(t, err)
		assert.Equal(t, listing.Refunded, d.State)
		b.has(t, map[string]int64{"ann": 9600, "bob": 9200})
		time.Sleep(time.Hour + 5*time.Second)
		synctest.Wait()
		b.has(t, map[string]int64{"ann": 9600, "bob": 10400, "fees": 0})
		score, err := b.r.Score("ann", "", time.Now())
		require.NoError(t, err)
		assert.Less(t, score.Estimates[reputation.Reliability].Mean, .4)
		b.clean(t)
	})
}

func TestSilenceAcceptsADisputeIsDividedAndACheckDecides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := dealing(t)
		ctx := t.Context()
		deliver := func(id, work string, verified bool) {
			what := terms(id)
			what.Deposit, what.Verified = 0, verified
			_, err := b.d.Fund(ctx, what)
			require.NoError(t, err)
			_, err = b.d.Deliver(ctx, id, "ann", listing.Delivery{Work: work, Measured: 1})
			require.NoError(t, err)
			synctest.Wait()
		}
		state := func(id string) listing.State {
			d, err := b.d.Deal(ctx, id)
			require.NoError(t, err)
			return d.State
		}
		deliver("good", "good", true)
		assert.Equal(t, listing.Paid, state("good"), "the check has accepted")
		deliver("bad", "bad", true)
		assert.Equal(t, listing.Disputed, state("bad"))
		deliver("unknown", "unknown", true)
		assert.Equal(t, listing.Delivered, state("unknown"))
		_, err := b.d.Accept(ctx, "unknown", "bob", nil)
		require.ErrorIs(t, err, listing.ErrNotYours)
		deliver("silent", "?", false)
		deliver("disputed", "?", false)
		_, err = b.d.Dispute(ctx, "disputed", "bob", "nothing works")
		require.NoError(t, err)
		_, err = b.d.Resolve(ctx, "disputed", "bob", 0)
		require.ErrorIs(t, err, listing.ErrNotYours)
		_, err = b.d.Resolve(ctx, "disputed", "judge", 250_000)
		require.NoError(t, err)
		time.Sleep(time.Hour + 5*time.Second)
		assert.Equal(t, listing.Paid, state("silent"))
		assert.Equal(t, listing.Paid, state("unknown"), "nobody knew in time")
		_, err = b.d.Resolve(ctx, "bad", "judge", 0)
		require.NoError(t, err)
		// Of 10: 9.50 accepted, 9.70 by silence twice, 2.50 less 0.075 resolved.
		b.has(t, map[string]int64{"bob": 10000 - 3000 - 250})
		ann, err := b.l.Balance(ledger.Available("ann"), "credit")
		require.NoError(t, err)
		assert.Equal(t, 100*money.Unit+31_325_000, ann)
		b.clean(t)
	})
}

func TestWithoutTheMoneyOfBothSidesThereIsNoDeal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := dealing(t)
		ctx := t.Context()
		dear := terms("dear")
		dear.Price = 101 * money.Unit
		_, err := b.d.Fund(ctx, dear)
		var funds *ledger.FundsError
		require.ErrorAs(t, err, &funds)
		_, err = b.d.Deal(ctx, "dear")
		require.ErrorIs(t, err, listing.ErrUnknown)
		nobody := terms("nobody")
		nobody.Provider = "nobody"
		_, err = b.d.Fund(ctx, nobody)
		require.ErrorIs(t, err, ledger.ErrUnknownAccount)
		b.has(t, map[string]int64{"ann": 10000, "bob": 10000})
		_, err = b.l.Post(ctx, ledger.Deposit("more", "bob", credits(money.Unit)))
		require.NoError(t, err)
		_, err = b.d.Fund(ctx, dear)
		require.NoError(t, err, "the id is free, and the money is there now")
		other := dear
		other.Price = money.Unit
		_, err = b.d.Fund(ctx, other)
		require.ErrorIs(t, err, listing.ErrDuplicate)
		_, err = b.d.Cancel(ctx, "dear", "bob")
		require.NoError(t, err)
		b.has(t, map[string]int64{"ann": 10000, "bob": 10100 - 1010, "fees": 1010})
		b.clean(t)
	})
}

func TestALateAttemptAtARefusedPaymentFindsTheDoorShut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := dealing(t)
		dear := terms("dear")
		dear.Price = 101 * money.Unit
		_, err := b.d.Fund(t.Context(), dear)
		require.ErrorIs(t, err, ledger.ErrInsufficientFunds)
		_, err = b.l.Post(t.Context(), ledger.Deposit("more", "bob", credits(money.Unit)))
		require.NoError(t, err)
		// What somebody sent who was slow: the same transaction, and now the money is there.
		_, err = b.l.Post(t.Context(), ledger.Transaction{Key: "market/deals/1", Fences: []ledger.Fence{{Ref: "market/deals/1"}}, Hold: []ledger.Hold{
			{ID: "deal/dear/bob", Owner: "bob", Ref: "deal/dear", Asset: "credit", Amount: 101 * money.Unit},
			{ID: "deal/dear/ann", Owner: "ann", Ref: "deal/dear", Asset: "credit", Amount: 2 * money.Unit},
		}})
		require.ErrorIs(t, err, ledger.ErrFenced)
		b.clean(t)
	})
}

func TestListingsAreFoundBoughtAndEndWithTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := dealing(t)
		ctx := t.Context()
		offer := listing.Listing{ID: "l", Provider: "ann", Kind: "maps", Price: 5 * money.Unit, Capacity: 1, Expires: time.Now().Add(time.Minute).UnixNano()}
		for range 2 {
			l, err := b.d.List(ctx, offer)
			require.NoError(t, err)
			assert.Equal(t, money.Asset("credit"), l.Asset)
		}
		b.has(t, map[string]int64{"ann": 9995, "fees": 5})
		poor := offer
		poor.ID, poor.Provider = "p", "nobody"
		_, err := b.d.List(ctx, poor)
		require.ErrorIs(t, err, ledger.ErrUnknownAccount)
		all, err := b.d.Find(ctx, listing.Request{Kind: "maps"})
		require.NoError(t, err)
		require.Len(t, all, 1)
		_, err = b.d.Buy(ctx, "d", "l", "bob", 4*money.Unit)
		var price *listing.PriceError
		require.ErrorAs(t, err, &price)
		for range 2 {
			d, err := b.d.Buy(ctx, "d", "l", "bob", 5*money.Unit)
			require.NoError(t, err)
			assert.Equal(t, listing.Funded, d.State)
		}
		_, err = b.d.Buy(ctx, "e", "l", "sue", 0)
		require.ErrorIs(t, err, listing.ErrFull)
		time.Sleep(time.Minute + 2*time.Second)
		all, err = b.d.Find(ctx, listing.Request{Kind: "maps"})
		require.NoError(t, err)
		assert.Empty(t, all)
		_, err = b.d.Deliver(ctx, "d", "ann", listing.Delivery{})
		require.NoError(t, err, "its deals go on")
		_, err = b.d.Accept(ctx, "d", "bob", nil)
		require.NoError(t, err)
		require.ErrorIs(t, b.d.Withdraw(ctx, "ann", "l"), listing.ErrUnknown)
		require.NoError(t, b.d.Halt(ctx, true))
		_, err = b.d.Fund(ctx, terms("x"))
		require.ErrorIs(t, err, market.ErrHalted)
		require.NoError(t, b.d.Halt(ctx, false))
		b.clean(t)
	})
}

func TestAProviderUnderReviewIsPaidAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := dealing(t)
		ctx := t.Context()
		_, err := b.d.Fund(ctx, terms("1"))
		require.NoError(t, err)
		_, err = b.d.Deliver(ctx, "1", "ann", listing.Delivery{})
		require.NoError(t, err)
		require.NoError(t, b.d.HoldBack(ctx, "ann"))
		d, err := b.d.Accept(ctx, "1", "bob", nil)
		require.NoError(t, err)
		assert.Equal(t, listing.Accepted, d.State)
		time.Sleep(time.Hour)
		b.has(t, map[string]int64{"ann": 9800})
		require.NoError(t, b.d.Release(ctx, "ann"))
		time.Sleep(3 * time.Second)
		b.has(t, map[string]int64{"ann": 10950})
		b.clean(t)
	})
}

func TestDealsOutliveTheirProcessesAndCallersWhoDie(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := dealing(t)
		broken := true
		b.m.failing(func(stream string, _ []market.Event) (bool, error) {
			if stream == books && broken {
				return false, errDisk
			}
			return true, nil
		})
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		_, err := b.d.Fund(ctx, terms("1"))
		stop()
		require.Error(t, err)
		d, err := b.d.Deal(t.Context(), "1")
		require.NoError(t, err)
		assert.Equal(t, listing.Ordered, d.State)
		b.m.failing(nil)
		time.Sleep(10 * time.Second)
		d, err = b.d.Deal(t.Context(), "1")
		require.NoError(t, err)
		assert.Equal(t, listing.Funded, d.State, "the courier has seen to it")
		b.has(t, map[string]int64{"ann": 9800, "bob": 9000})
	})
}

func TestOptionsOfDealsNameEverythingThatIsMissing(t *testing.T) {
	_, err := market.NewDeals(market.DealsOptions{Rules: listing.Spec{Gate: 2}, Asset: "!"})
	for _, missing := range []string{"no name", "no stream", "no journal", "no ledger", "Gate", "asset"} {
		assert.ErrorContains(t, err, missing)
	}
	_, err = market.NewDeals(market.DealsOptions{Name: "d", Stream: "a b", Journal: newMemory(), Ledger: new(market.Ledger)})
	assert.ErrorContains(t, err, "keys of transactions")
	assert.ErrorIs(t, err, ledger.ErrInvalidTransaction)
	assert.False(t, errors.Is(err, market.ErrUnavailable), fmt.Sprint(err))
}
