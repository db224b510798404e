// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
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
	"mabeam.dev/market/stake"
	"mabeam.dev/supervision"
)

// town has one of each process that takes snapshots of what it is told, every few commands, and a lot that was told.
func town(t *testing.T, m *memory, every int) (sys *actors.System) {
	t.Helper()
	l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: books, Journal: m})
	require.NoError(t, err)
	d, err := market.NewDeals(market.DealsOptions{Name: "deals", Stream: "market/deals", Journal: m, Ledger: l, Snapshots: m, SnapshotEvery: every})
	require.NoError(t, err)
	s, err := market.NewStakes(market.StakesOptions{Name: "stakes", Stream: "market/stakes", Journal: m, Ledger: l, Snapshots: m, SnapshotEvery: every})
	require.NoError(t, err)
	i, err := market.NewInsurance(market.InsuranceOptions{
		Name: "insurance", Stream: "market/insurance", Journal: m, Ledger: l, Deals: d, Snapshots: m, SnapshotEvery: every,
		Rules: stake.PoolSpec{ID: "insurance", Solvency: 1_000_000, PerProvider: 1_000_000},
	})
	require.NoError(t, err)
	o := launch(m, l)
	o.Snapshots, o.SnapshotEvery = m, every
	p, err := market.NewPrediction(o)
	require.NoError(t, err)
	n, err := market.NewIntegrity(market.IntegrityOptions{
		Name: "integrity", Stream: "market/integrity", Journal: m, Snapshots: m, SnapshotEvery: every,
		Sources: []func() market.Source{func() market.Source { return market.Services(d) }, func() market.Source { return market.Payments(l) }},
	})
	require.NoError(t, err)
	sys = actors.New(actors.Options{})
	t.Cleanup(func() { assert.NoError(t, sys.Close(context.Background())) })
	_, err = supervision.Start(sys, "town", supervision.Spec{Children: []supervision.Child{
		supervision.Worker(l.Name(), l.Behavior, l.ProcessOptions()...), d.Child(), s.Child(), i.Child(), p.Child(), n.Child(),
	}})
	require.NoError(t, err)
	ctx := t.Context()
	for _, who := range []string{"ann", "bob", "cid"} {
		in := ledger.Deposit("in/"+who, who, credits(10_000*money.Unit))
		in.Accounts = []ledger.Account{ledger.Available(who)}
		_, err := l.Post(ctx, in)
		require.NoError(t, err)
	}
	require.NoError(t, p.Fund(ctx, "fund"))
	for k := range 100 {
		id := fmt.Sprint(k)
		_, err := d.Fund(ctx, terms(id))
		require.NoError(t, err)
		_, err = s.Lock(ctx, id, "bob", money.Unit)
		require.NoError(t, err)
		_, err = i.Fund(ctx, id, "cid", money.Unit)
		require.NoError(t, err)
		_, err = p.Trade(ctx, id, "cid", k%2, 10, 100)
		require.NoError(t, err)
		if k%4 > 0 {
			_, err = d.Deliver(ctx, id, "ann", listing.Delivery{})
			require.NoError(t, err)
			_, err = d.Accept(ctx, id, "bob", nil)
			require.NoError(t, err)
		}
		time.Sleep(time.Second)
	}
	time.Sleep(time.Minute)
	return sys
}

// However long its stream has become, a process reads about as much of it as lies between two snapshots.
func TestARestartReadsNoMoreThanWhatIsBehindTheLastSnapshot(t *testing.T) {
	const every = 16
	for path, stream := range map[string]string{
		"/deals/book": "market/deals", "/stakes/book": "market/stakes", "/insurance/book": "market/insurance", "/town/launch": "market/prediction/launch",
		"/integrity/rating": "market/integrity/rating", "/integrity/identity": "market/integrity/identity",
	} {
		t.Run(stream, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				sys := town(t, m, every)
				before, length := m.reads(stream)
				require.Greater(t, length, 3*every)
				killed(t, sys, path, 1)
				time.Sleep(20 * time.Second)
				after, _ := m.reads(stream)
				require.Positive(t, after-before)
				require.LessOrEqual(t, after-before, every+1, "of %d events, and the one that vouches for the snapshot", length)
			})
		})
	}
}

// Nor does a monitor that has to carry commands out again.
func TestAMonitorThatIsRestartedFoldsFromTheLastSnapshotThatIsNotAheadOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		sys := town(t, m, 16)
		before, length := m.reads("market/deals")
		killed(t, sys, "/integrity/rating-watch", 1)
		time.Sleep(20 * time.Second)
		after, _ := m.reads("market/deals")
		require.Positive(t, after-before)
		require.Less(t, after-before, length/3)
	})
}

// What monitors have read and found nothing in they do not read again, however often they look.
func TestMonitorsReadAStreamOnceWhileTheirCursorsStandStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := dealing(t)
		sources := []func() market.Source{func() market.Source { return market.Services(b.d) }, func() market.Source { return market.Payments(b.l) }}
		_, kill := monitored(t, b.m, sources...)
		fund := func(id string) {
			what := terms(id) // it has not ended: there is nothing to see
			_, err := b.d.Fund(t.Context(), what)
			require.NoError(t, err)
			time.Sleep(time.Minute)
		}
		for i := range 5 {
			fund(fmt.Sprint(i))
		}
		read, length := b.m.reads("market/deals")
		require.Equal(t, length, read, "one monitor reads deals, each event once")
		time.Sleep(10 * time.Minute)
		read, _ = b.m.reads("market/deals")
		require.Equal(t, length, read)
		_, err := b.d.Deliver(t.Context(), "0", "ann", listing.Delivery{})
		require.NoError(t, err)
		_, err = b.d.Accept(t.Context(), "0", "bob", nil)
		require.NoError(t, err)
		time.Sleep(10 * time.Minute)
		read, length = b.m.reads("market/deals")
		require.Equal(t, length, read, "and only what is new, when there is something to see")
		paid, all := b.m.reads(books)
		require.Equal(t, all, paid, "nor anything else")
		kill("rating-watch")
		time.Sleep(10 * time.Minute)
		again, _ := b.m.reads("market/deals")
		require.Equal(t, 2*length, again, "who folds anew reads all of it once")
	})
}
