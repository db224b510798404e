// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/market"
	"mabeam.dev/market/integrity"
	"mabeam.dev/market/money"
	"mabeam.dev/supervision"
)

// monitored starts monitors of sources; kill ends one of their processes.
func monitored(t *testing.T, j market.Journal, sources ...func() market.Source) (*market.Integrity, func(...string)) {
	t.Helper()
	n, err := market.NewIntegrity(market.IntegrityOptions{Name: "integrity", Stream: "market/integrity", Journal: j, Sources: sources})
	require.NoError(t, err)
	sys := actors.New(actors.Options{})
	t.Cleanup(func() { assert.NoError(t, sys.Close(context.Background())) })
	sup, err := supervision.Start(sys, "monitors", supervision.Spec{Children: []supervision.Child{n.Child()}})
	require.NoError(t, err)
	return n, func(children ...string) {
		inner, err := supervision.Of(sup.Child("integrity"))
		require.NoError(t, err)
		for _, child := range children {
			inner.Child(child).Kill()
		}
		synctest.Wait()
		time.Sleep(2 * time.Second)
	}
}

// exchanging has two owners trade pieces at a price, by two orders that meet.
func exchanging(t *testing.T, b *market.Book, n *int, from, to string, pieces int64) {
	t.Helper()
	*n++
	_, err := b.Place(t.Context(), sell(fmt.Sprint("s", *n), from, money.Amount(100), pieces))
	require.NoError(t, err)
	p, err := b.Place(t.Context(), buy(fmt.Sprint("b", *n), to, money.Amount(100), pieces))
	require.NoError(t, err)
	require.Equal(t, pieces, p.Filled)
}

func TestPiecesThatGoInCirclesThroughABookAreFoundOnceWhateverIsKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		b, _, _ := trading(t, m, nil)
		n, kill := monitored(t, m, func() market.Source { return market.Books(b) })
		deals := 0
		for range 2 {
			exchanging(t, b, &deals, "ann", "bob", 5)
			exchanging(t, b, &deals, "bob", "ann", 5)
		}
		_, err := b.Place(t.Context(), buy("rests", "cid", 1, 1)) // no trade: the cursor does not move for that alone
		require.NoError(t, err)
		time.Sleep(20 * time.Second)
		found, err := n.Check(t.Context())
		require.NoError(t, err)
		require.Empty(t, found, "twice may be chance")
		kill("trading-watch")
		kill("trading", "trading-watch")
		found, err = n.Check(t.Context())
		require.NoError(t, err)
		require.Empty(t, found, "nothing is counted twice")
		exchanging(t, b, &deals, "cid", "dan", 3)
		exchanging(t, b, &deals, "ann", "bob", 5)
		exchanging(t, b, &deals, "bob", "ann", 5)
		time.Sleep(20 * time.Second)
		kill("trading", "trading-watch")
		found, err = n.Check(t.Context())
		require.NoError(t, err)
		require.Len(t, found, 1)
		f := found[0].Finding
		assert.Equal(t, integrity.Wash, f.Kind)
		assert.Equal(t, []string{"ann", "bob"}, f.Subjects)
		assert.InDelta(t, 3, f.Evidence[0].Value, 1e-9, "returns")
		assert.Contains(t, f.Records, "tea/1")
	})
}

func TestWhoMakesAMarketInABookWashesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		b, _, _ := trading(t, m, nil)
		n, _ := monitored(t, m, func() market.Source { return market.Books(b) })
		deals := 0
		rng := rand.New(rand.NewPCG(1, 2))
		for i := range 30 { // ann sells to everybody and buys from everybody, in quantities that they need
			from, to := "ann", []string{"bob", "cid", "dan"}[rng.IntN(3)]
			if i%2 == 1 {
				from, to = to, from
			}
			exchanging(t, b, &deals, from, to, 1+rng.Int64N(9))
		}
		time.Sleep(20 * time.Second)
		found, err := n.Check(t.Context())
		require.NoError(t, err)
		assert.Empty(t, found)
	})
}

func TestABookIsASourceOfEachTradeOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _, _ := trading(t, newMemory(), nil)
		source, deals := market.Books(b), 0
		var seen []string
		var last uint64
		read := func(s market.Source, from uint64) {
			require.NoError(t, s.Observe(t.Context(), from, func(version uint64, o *market.Observation) error {
				require.Greater(t, version, from)
				if last = version; o != nil {
					seen = append(seen, o.Trade.ID)
				}
				return nil
			}))
		}
		exchanging(t, b, &deals, "ann", "bob", 5)
		read(source, 0)
		first := last
		exchanging(t, b, &deals, "bob", "cid", 2)
		read(source, first)
		assert.Equal(t, []string{"tea/1", "tea/2"}, seen)
		read(source, first)
		read(market.Books(b), first)
		assert.Equal(t, []string{"tea/1", "tea/2", "tea/2", "tea/2"}, seen, "the same question has the same answer")
		read(source, last)
		read(source, 0)
		assert.Equal(t, []string{"tea/1", "tea/2", "tea/2", "tea/2", "tea/1", "tea/2"}, seen)
	})
}
