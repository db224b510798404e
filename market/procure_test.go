// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/bidding"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/reputation"
	"mabeam.dev/supervision"
)

// asked is the bid of an agent that asks a price for the first task alone.
func asked(agent string, price money.Amount) work.Bid {
	return work.Bid{Agent: agent, Slots: 1, Offer: bidding.Offer{Bundles: []bidding.Bundle{{Tasks: []int{0}, Price: price}}}}
}

func called(id plan.Token, tasks int, bids ...work.Bid) work.Call {
	c := work.Call{Queue: "q", Number: id, Terms: work.Terms{Currency: "credit", Ceiling: 50}, Bids: bids}
	c.ID = c.Deal(0)
	for i := range tasks {
		c.Tasks = append(c.Tasks, bidding.Task{ID: string(rune('a' + i)), Kind: "review"})
	}
	return c
}

func winner(task int, agent string, price money.Amount) work.Winner {
	return work.Winner{Task: task, Agent: agent, Price: price}
}

// sums checks that nothing is made or lost, and that nothing is held.
func sums(t require.TestingT, l *market.Ledger) {
	_, all, err := l.Balances()
	require.NoError(t, err)
	total := money.Amount(0)
	for slot, a := range all {
		if slot.Asset == "credit" {
			total += a
		}
		require.NotContains(t, string(slot.Account), "/held/", "nothing is left set aside")
	}
	require.Zero(t, total)
}

func TestTasksAreBoughtInEachKindOfAuction(t *testing.T) {
	both := func(agent string, slots int, one, two, together money.Amount) work.Bid {
		return work.Bid{Agent: agent, Slots: slots, Offer: bidding.Offer{Bundles: []bidding.Bundle{
			{Tasks: []int{0}, Price: one}, {Tasks: []int{1}, Price: two}, {Tasks: []int{0, 1}, Price: together},
		}}}
	}
	for name, c := range map[string]struct {
		o    market.ProcurerOptions
		call work.Call
		want work.Award
	}{
		"vickrey pays the next best":        {market.ProcurerOptions{}, called(1, 1, asked("x", 20), asked("y", 30), asked("z", 40)), work.Award{Winners: []work.Winner{winner(0, "x", 30)}, Cause: plan.NoBid}},
		"a lone bidder is paid the ceiling": {market.ProcurerOptions{}, called(1, 1, asked("x", 20)), work.Award{Winners: []work.Winner{winner(0, "x", 50)}, Cause: plan.NoBid}},
		"first price pays the bid":          {market.ProcurerOptions{Kind: auction.FirstPrice}, called(1, 1, asked("x", 20), asked("y", 30)), work.Award{Winners: []work.Winner{winner(0, "x", 20)}, Cause: plan.NoBid}},
		"english goes down to the next":     {market.ProcurerOptions{Kind: auction.English}, called(1, 1, asked("x", 20), asked("y", 30)), work.Award{Winners: []work.Winner{winner(0, "x", 29)}, Cause: plan.NoBid}},
		"dutch rises to the cheapest":       {market.ProcurerOptions{Kind: auction.Dutch}, called(1, 1, asked("y", 30), asked("x", 20)), work.Award{Winners: []work.Winner{winner(0, "x", 20)}, Cause: plan.NoBid}},
		"uniform pays the best that lost":   {market.ProcurerOptions{Kind: auction.Uniform}, called(1, 2, both("x", 2, 10, 10, 22), asked("y", 11), asked("z", 40)), work.Award{Winners: []work.Winner{winner(0, "x", 12), winner(1, "y", 12)}, Cause: plan.NoBid}},
		"bundles go to economies of scale":  {market.ProcurerOptions{Kind: auction.Combinatorial, Payment: auction.PayAsBid}, called(1, 2, both("x", 2, 30, 30, 35), asked("y", 20)), work.Award{Winners: []work.Winner{winner(0, "x", 18), winner(1, "x", 17)}, Cause: plan.NoBid}},
		"nobody bids":                       {market.ProcurerOptions{}, called(1, 1, work.Bid{Agent: "x", Slots: 1, Offer: bidding.Offer{Pass: bidding.ErrBroke}}), work.Award{Cause: plan.NoBid}},
		"all above the ceiling":             {market.ProcurerOptions{}, called(1, 1, asked("x", 51)), work.Award{Cause: plan.AboveCeiling}},
		"dutch, all above the ceiling":      {market.ProcurerOptions{Kind: auction.Dutch}, called(1, 1, asked("x", 51)), work.Award{Cause: plan.AboveCeiling}},
		"two together for one":              {market.ProcurerOptions{}, called(1, 2, asked("x", 5)), work.Award{Cause: plan.CalledOff, Reason: "2 tasks were called together for vickrey"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x, l, sys := bourse(t, newMemory(), market.ExchangeOptions{})
				c.o.System, c.o.Exchange, c.o.Owner = sys, x, "ann"
				p, err := market.NewProcurer(c.o)
				require.NoError(t, err)
				award, err := p.Procure(t.Context(), c.call)
				require.NoError(t, err)
				require.Equal(t, c.want, award)
				again, err := p.Procure(t.Context(), c.call)
				require.NoError(t, err)
				require.Equal(t, c.want.Winners, again.Winners, "the same call has the same award")
				cost := money.Amount(0)
				for _, w := range award.Winners {
					cost += w.Price
				}
				require.Equal(t, 100-cost, balance(t, l, "ann"), "what was won is in escrow")
				for _, w := range award.Winners {
					d := work.Deal{ID: c.call.Deal(w.Task), Agent: w.Agent, Currency: "credit", Price: w.Price, Verdict: plan.Delivered}
					for range 2 {
						require.NoError(t, p.Settle(t.Context(), d))
					}
				}
				for _, w := range award.Winners {
					require.Zero(t, balance(t, l, "escrow:"+w.Agent))
					require.Positive(t, balance(t, l, w.Agent))
				}
				require.Equal(t, 100-cost, balance(t, l, "ann"))
				sums(t, l)
			})
		})
	}
}

func TestWhatBecomesOfTheMoneyIsUpToTheOutcome(t *testing.T) {
	for verdict, want := range map[plan.Verdict]struct{ ann, x, fees, score money.Amount }{
		plan.Delivered: {70, 27, 3, 1},
		plan.Broken:    {100, 0, 0, -1},
		plan.Void:      {100, 0, 0, 0},
	} {
		t.Run(string(verdict), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				x, l, sys := bourse(t, m, market.ExchangeOptions{})
				trackers, err := market.NewReputation(market.ReputationOptions{Name: "reputation", Stream: "market/reputation", Journal: m, Settlements: l})
				require.NoError(t, err)
				_, err = supervision.Start(sys, "more", supervision.Spec{Children: []supervision.Child{trackers.Child()}})
				require.NoError(t, err)
				synctest.Wait()
				p, err := market.NewProcurer(market.ProcurerOptions{System: sys, Exchange: x, Owner: "ann", FeePerMillion: 100_000, Reputation: trackers, Weighted: true})
				require.NoError(t, err)
				call := called(1, 1, asked("x", 20), asked("y", 30))
				award, err := p.Procure(t.Context(), call)
				require.NoError(t, err)
				require.Equal(t, []work.Winner{winner(0, "x", 30)}, award.Winners)
				d := work.Deal{ID: call.Deal(0), Task: "a", Kind: "review", Agent: "x", Currency: "credit", Price: 30, Verdict: verdict, Started: sys.Now(), Ended: sys.Now().Add(time.Second)}
				require.NoError(t, p.Settle(t.Context(), d))
				require.NoError(t, p.Settle(t.Context(), d))
				assert.Equal(t, want.ann, balance(t, l, "ann"))
				assert.Equal(t, want.x, balance(t, l, "x"))
				fees, err := l.Balance(ledger.Fees, "credit")
				require.NoError(t, err)
				assert.Equal(t, want.fees, fees)
				newcomer, err := trackers.Score("nobody", "", sys.Now())
				require.NoError(t, err)
				score, err := trackers.Score("x", "review", d.Ended)
				require.NoError(t, err)
				have := score.Estimates[reputation.Reliability].Mean - newcomer.Estimates[reputation.Reliability].Mean
				switch {
				case want.score > 0:
					assert.Positive(t, have)
				case want.score < 0:
					assert.Negative(t, have)
				default:
					assert.Zero(t, have)
				}
				sums(t, l)
			})
		})
	}
}

// Who looks at a task's auction sees agents: what they bid through is the procurer's own affair.
func TestTheAuctionOfATaskIsOfAgents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, l, sys := bourse(t, newMemory(), market.ExchangeOptions{})
		p, err := market.NewProcurer(market.ProcurerOptions{System: sys, Exchange: x, Owner: "ann", Kind: auction.FirstPrice})
		require.NoError(t, err)
		call := called(1, 1, asked("x", 20), asked("y", 30))
		_, err = p.Procure(t.Context(), call)
		require.NoError(t, err)
		require.NoError(t, p.Settle(t.Context(), work.Deal{ID: call.Deal(0), Agent: "x", Currency: "credit", Price: 20, Verdict: plan.Delivered}))
		synctest.Wait()
		var offers []string
		require.NoError(t, market.Auctions(x).Observe(t.Context(), 0, func(_ uint64, o *market.Observation) error {
			if o != nil {
				for _, f := range o.Tender.Offers {
					offers = append(offers, f.Bidder)
				}
			}
			return nil
		}))
		assert.Equal(t, []string{"x", "y"}, offers)
		require.NoError(t, market.Payments(l).Observe(t.Context(), 0, func(_ uint64, o *market.Observation) error {
			if o != nil {
				assert.Equal(t, o.Paid.To, market.AgentOf(o.Paid.To))
				assert.Equal(t, o.Paid.From, market.AgentOf(o.Paid.From))
				assert.NotEqual(t, "x", o.Paid.To, "pay for work relates nobody to anybody")
			}
			return nil
		}))
		all, err := x.Notices(t.Context(), call.ID, 0)
		require.NoError(t, err)
		var invited []string
		for _, n := range all {
			if n.Kind == market.NoticeInvited {
				invited = append(invited, market.AgentOf(n.Bidder))
			}
		}
		assert.Equal(t, []string{"x", "y"}, invited)
		assert.Equal(t, market.NoticeOpened, all[2].Kind, "after that, it opens")
	})
}

func TestWhoCannotPayBuysNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x, l, sys := bourse(t, newMemory(), market.ExchangeOptions{})
		for i, owner := range []string{"sue", "nobody"} { // who has less than the ceiling, and who has no account
			p, err := market.NewProcurer(market.ProcurerOptions{System: sys, Exchange: x, Owner: owner})
			require.NoError(t, err)
			call := called(plan.Token(i+1), 1, asked("x", 5))
			award, err := p.Procure(t.Context(), call)
			require.NoError(t, err)
			require.Equal(t, plan.NoFunds, award.Cause)
			require.Empty(t, award.Winners)
			a, err := x.Get(t.Context(), call.ID)
			require.NoError(t, err)
			require.Equal(t, auction.Cancelled, a.View.State)
		}
		require.Equal(t, money.Amount(20), balance(t, l, "sue"))
		sums(t, l)
	})
}

func TestAProcurerNeedsRulesThatCanBe(t *testing.T) {
	_, err := market.NewProcurer(market.ProcurerOptions{Owner: "no/body", Window: -1, FeePerMillion: -1, Weighted: true})
	for _, text := range []string{"no system", "no exchange", "no account", "window", "fee", "reputation"} {
		require.ErrorContains(t, err, text)
	}
	_, err = market.NewProcurer(market.ProcurerOptions{Owner: "ann", Kind: auction.GSP})
	require.ErrorIs(t, err, market.ErrNotForTasks)
	_, err = market.NewProcurer(market.ProcurerOptions{Owner: "ann", Kind: "raffle"})
	require.ErrorIs(t, err, auction.ErrInvalidSpec)
}
