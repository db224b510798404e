// SPDX-License-Identifier: Apache-2.0

package reputation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/market/reputation"
)

// A deal in these simulations has a price of 100 and costs 80 to deliver. Who takes the money and does not deliver keeps the cost; a stake that covers the
// exposure pays the client back, and a tenth of it is the penalty.
const (
	fee, effort = 100, 80
	penalty     = fee / 10
)

// career plays a year of one deal a day for one strategy: cheats says on which deal of the identity it does not deliver, and flees whether it begins
// again with a new name afterwards. Its stake covers one deal, and it is asked for whenever the gate would not open otherwise. The result is what it
// earns.
func career(t *testing.T, cheats func(deal int) bool, flees bool) (earned float64) {
	b := newBook(t, reputation.Rules{})
	identity, deals := 0, 0
	for i := range 365 {
		now := start.Add(time.Duration(i) * day)
		who := reputation.Agent(fmt.Sprint("id-", identity))
		if b.Admit(who, "", now, fee, fee, reputation.Reliability) != nil {
			continue
		}
		deal := reputation.Deal{
			Transaction: fmt.Sprint("t", i), Provider: who, Client: reputation.Agent(fmt.Sprint("client-", i%50)), Value: fee, Typical: fee, Settled: now,
		}
		if cheats(deals) {
			earned -= penalty // the price is kept, but the client gets it back out of the stake
			if deals++; flees {
				identity, deals = identity+1, 0
			}
		} else {
			deal.Delivered = now
			earned += fee - effort
			deals++
		}
		for _, e := range deal.Evidence() {
			record(t, b, e)
		}
	}
	return earned
}

func TestCheatingEarnsLessThanHonestyAndAnExitEarnsNothing(t *testing.T) {
	honest := career(t, func(int) bool { return false }, false)
	oscillator := career(t, func(deal int) bool { return deal%6 == 5 }, false)
	exit := career(t, func(deal int) bool { return deal >= 60 }, false)
	built := 60. * (fee - effort)
	whitewasher := career(t, func(int) bool { return true }, true)
	t.Logf("a year: honest %.0f, oscillator %.0f, exit after 60 deals %.0f (built with %.0f), whitewasher %.0f", honest, oscillator, exit, built, whitewasher)
	assert.InDelta(t, 365*(fee-effort), honest, 1e-9, "an honest newcomer is never kept out")
	assert.Less(t, oscillator, .8*honest)
	assert.LessOrEqual(t, exit-built, 0., "what the exit itself brings")
	assert.Negative(t, whitewasher)
}

func TestSlanderDoesNotCloseTheGateOfTheHonest(t *testing.T) {
	b, raters := newBook(t, reputation.Rules{}), reputation.Raters{}
	for i := range 100 {
		now := start.Add(time.Duration(i) * day / 2)
		client, rating := reputation.Agent(fmt.Sprint("client-", i%20)), .95
		if i%5 == 0 {
			client, rating = reputation.Agent(fmt.Sprint("slanderer-", i%4)), 0
		}
		deal := reputation.Deal{
			Transaction: fmt.Sprint("t", i), Provider: "ann", Client: client, Value: 100, Typical: 100, Delivered: now, Promised: 1, Measured: .95, Settled: now,
			OfProvider: reputation.Rating{Given: true, Value: rating, Credibility: raters.Credibility(client)},
		}
		raters.Observe(client, rating, deal.Outcome())
		for _, e := range deal.Evidence() {
			record(t, b, e)
		}
	}
	at := start.Add(50 * day)
	score := b.Score("ann", "", at)
	t.Logf("a fifth of the ratings are slander: cooperation %.3f, slanderer's credibility %.3f", score.Estimates[reputation.Cooperation].Lower, raters.Credibility("slanderer-0"))
	assert.NoError(t, b.Admit("ann", "", at, 1000, 0, reputation.Reliability, reputation.Performance, reputation.Cooperation))
	assert.Less(t, raters.Credibility("slanderer-0"), .25)
}

func TestFriendsWhoPraiseEachOtherGainLittleAndNoTrust(t *testing.T) {
	b := newBook(t, reputation.Rules{})
	network := reputation.Network{Stakes: []reputation.Stake{{Agent: "bank", Amount: 100}}, Edges: []reputation.Edge{{From: "bank", To: "ann", Value: 100}}}
	n := 0
	for i := range 4 {
		for j := range 4 {
			for range 100 {
				if n++; i == j {
					continue
				}
				deal := reputation.Deal{
					Transaction: fmt.Sprint("t", n), Provider: reputation.Agent(fmt.Sprint("friend-", i)), Client: reputation.Agent(fmt.Sprint("friend-", j)),
					Value: 1, Typical: 100, Delivered: start, Settled: start,
				}
				for _, e := range deal.Evidence() {
					record(t, b, e)
				}
				network.Edges = append(network.Edges, reputation.Edge{From: deal.Client, To: deal.Provider, Value: 1})
			}
		}
	}
	require.ErrorIs(t, b.Admit("friend-0", "", start, 1000, 0, reputation.Reliability), reputation.ErrReputationTooLow, "of 600 small deals with three friends")
	trust, err := network.Rank()
	require.NoError(t, err)
	for i := range 4 {
		assert.Zero(t, trust.Of(reputation.Agent(fmt.Sprint("friend-", i))))
		assert.Zero(t, trust.Hitting(reputation.Agent(fmt.Sprint("friend-", i))))
	}
}
