// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market"
	"mabeam.dev/market/integrity"
	"mabeam.dev/market/money"
)

// hasty is a sale in which each of some bidders bids so many times, in turns, within one minute.
func hasty(i int, each int, who ...string) market.Observation {
	begin := time.Date(2030, 1, 1, i, 0, 0, 0, time.UTC)
	s := &integrity.Sale{ID: fmt.Sprint("sale-", i), Seller: fmt.Sprint("seller-", i%7), Start: begin, End: begin.Add(time.Hour), Step: 10, Winner: who[len(who)-1]}
	for b := range each * len(who) {
		s.Bids = append(s.Bids, integrity.Bid{
			Bidder: who[b%len(who)], Amount: money.Amount(100 + 10*b), At: begin.Add(time.Duration(b) * time.Minute / time.Duration(each*len(who))),
		})
	}
	return market.Observation{Sale: s}
}

// burstings are those whom monitors have found to bid in bursts.
func burstings(t *testing.T, n *market.Integrity) (all []string) {
	t.Helper()
	time.Sleep(15 * time.Second)
	found, err := n.Check(t.Context())
	require.NoError(t, err)
	for _, r := range found {
		if r.Finding.Kind == integrity.Burst {
			all = append(all, r.Finding.Subjects...)
			assert.Less(t, r.Finding.Severity, integrity.Hold, "no statistic of speed holds payments")
		}
	}
	return all
}

func TestABurstOfBidsThatNothingExplainsIsFoundOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, s := newMemory(), &hearsay{}
		n, kill := monitored(t, m, func() market.Source { return s })
		for i := range 6 {
			s.say(hasty(i, 3, "ann", "eve", "bob"))
		}
		assert.Empty(t, burstings(t, n))
		flood := hasty(6, 3, "ann", "bob")
		flood.Sale.Bids = append(flood.Sale.Bids, hasty(6, 60, "eve").Sale.Bids...)
		s.say(flood)
		assert.Equal(t, []string{"eve"}, burstings(t, n))
		_, slow := n.Throttled("eve", time.Now())
		assert.True(t, slow)
		kill("bidding", "bidding-watch")
		assert.Equal(t, []string{"eve"}, burstings(t, n), "a restart finds nothing twice")
	})
}

func TestFastAndHonestBiddersHaveNoBursts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &hearsay{}
		n, _ := monitored(t, newMemory(), func() market.Source { return s })
		for i := range 30 {
			s.say(hasty(i, 3+i%5, "ann", "bob"))   // people
			s.say(hasty(100+i, 50+i%9, "robot"))   // always as fast
			s.say(hasty(200+i, 1+i%2, "cid", "d")) // people who meet
		}
		s.say(hasty(300, 60, "cid", "d")) // a war of bids: each answers the other
		s.say(hasty(301, 60, "newcomer")) // nobody knows how fast it is
		assert.Empty(t, burstings(t, n))
	})
}
