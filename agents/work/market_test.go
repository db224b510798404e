// SPDX-License-Identifier: Apache-2.0

package work_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents"
	"mabeam.dev/agents/bidding"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events/memory"
	"mabeam.dev/market/money"
)

// hall is whoever holds the auctions, in memory: the cheapest wins each task, and is paid what it asked. Like a real one it outlives the queue's process, goes on with
// what was begun, and can fail before or after it has done what it was asked.
type hall struct {
	fail func(operation string) (before, after error)
	mu   struct {
		sync.Mutex
		awards map[string]work.Award
		open   map[string]money.Amount // set aside, by deal
		ended  map[string]work.Deal
		twice  []string // what must not have been
	}
}

func newHall() *hall {
	h := &hall{}
	h.mu.awards, h.mu.open, h.mu.ended = map[string]work.Award{}, map[string]money.Amount{}, map[string]work.Deal{}
	return h
}

func (h *hall) failing(operation string) (before, after error) {
	if h.fail == nil {
		return nil, nil
	}
	return h.fail(operation)
}

func (h *hall) Procure(_ context.Context, c work.Call) (work.Award, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	before, after := h.failing("procure")
	if before != nil {
		return work.Award{}, before
	}
	award, done := h.mu.awards[c.ID]
	if !done {
		award = cheapest(c)
		h.mu.awards[c.ID] = award
		for _, w := range award.Winners {
			h.mu.open[c.Deal(w.Task)] = w.Price
		}
	}
	return award, after
}

// cheapest gives each task to the cheapest offer for it alone, as long as its bidder has slots.
func cheapest(c work.Call) work.Award {
	a := work.Award{Cause: plan.NoBid}
	left := map[string]int{}
	for _, b := range c.Bids {
		left[b.Agent] = b.Slots
	}
	for task := range c.Tasks {
		var best work.Winner
		for _, b := range c.Bids {
			for _, x := range b.Offer.Bundles {
				if slices.Equal(x.Tasks, []int{task}) && left[b.Agent] > 0 && (best.Agent == "" || cmp.Less(x.Price, best.Price)) {
					best = work.Winner{Task: task, Agent: b.Agent, Price: x.Price}
				}
			}
		}
		if best.Agent != "" {
			left[best.Agent]--
			a.Winners = append(a.Winners, best)
		}
	}
	return a
}

func (h *hall) Settle(_ context.Context, d work.Deal) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	before, after := h.failing("settle")
	if before != nil {
		return before
	}
	if first, known := h.mu.ended[d.ID]; known {
		if first != d {
			h.mu.twice = append(h.mu.twice, d.ID)
		}
		return after
	}
	if price, open := h.mu.open[d.ID]; !open || price != d.Price {
		h.mu.twice = append(h.mu.twice, d.ID)
	}
	delete(h.mu.open, d.ID)
	h.mu.ended[d.ID] = d
	return after
}

// deals lists what was settled, in order of the ids, after a check that nothing is left open or was done twice.
func (h *hall) deals(t require.TestingT) []work.Deal {
	h.mu.Lock()
	defer h.mu.Unlock()
	require.Empty(t, h.mu.open, "nothing is left set aside")
	require.Empty(t, h.mu.twice, "no deal is settled in two ways")
	var all []work.Deal
	for _, d := range h.mu.ended {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b work.Deal) int {
		return cmp.Or(a.Ended.Compare(b.Ended), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// costs make bidders that ask a fixed price by their id.
func costs(prices map[string]money.Amount) func(agents.Spec) work.Bidder {
	return func(s agents.Spec) work.Bidder {
		if p, ok := prices[s.ID]; ok {
			return work.Bidder{Policy: bidding.UpToCeiling(bidding.Cost{Fixed: p})}
		}
		return work.Bidder{}
	}
}

func marketOf(h *hall, prices map[string]money.Amount) *work.Market {
	return &work.Market{Procurer: h, Terms: work.Terms{Currency: "credit", Ceiling: 100}, Bidder: costs(prices)}
}

func auctioned() plan.Spec {
	return plan.Spec{Policy: plan.Auction, Backoff: plan.Backoff{Base: -1}}
}

func TestATaskGoesToWhoAsksLeastAndThatIsPaid(t *testing.T) {
	h := newHall()
	bubble(t, setup{plan: auctioned(), agents: crew(3), market: marketOf(h, map[string]money.Amount{"a1": 30, "a2": 20})}, func(t *testing.T, r *rig) {
		awards := collect[work.TaskAwarded](r)
		passed := collect[work.BidPassed](r)
		synctest.Wait() // until all agents are up
		r.submit(task("t1", "work"))
		r.done()
		require.Equal(t, "a2", r.out.outcomes(t)["t1"].Agent)
		require.Equal(t, int64(20), r.out.outcomes(t)["t1"].Attempts[0].Price)
		deals := h.deals(t)
		require.Len(t, deals, 1)
		d := deals[0]
		assert.Equal(t, work.Deal{
			ID: "queue.1", Queue: "queue", Task: "t1", Kind: "moody", Agent: "a2", Currency: "credit", Price: 20, Verdict: plan.Delivered,
			Started: d.Started, Ended: d.Ended,
		}, d)
		assert.Equal(t, []work.TaskAwarded{{Queue: "queue", Task: "t1", Deal: 1, Agent: "a2", Price: 20}}, awards())
		require.Len(t, passed(), 1)
		require.ErrorIs(t, passed()[0].Err, bidding.ErrUnavailable)
	})
}

func TestAnAgentThatCrashesOverATaskIsNotPaidAndTheTaskIsProcuredAgain(t *testing.T) {
	h := newHall()
	bubble(t, setup{plan: auctioned(), agents: crew(2), market: marketOf(h, map[string]money.Amount{"a1": 10, "a2": 20})}, func(t *testing.T, r *rig) {
		synctest.Wait()
		r.submit(task("t1", "once panic"), task("t2", "once fail"))
		r.done()
		paid := map[string]plan.Verdict{}
		for _, d := range h.deals(t) {
			paid[d.Task+" by "+d.Agent] = d.Verdict
		}
		require.Equal(t, plan.Broken, paid["t1 by a1"])
		require.Equal(t, plan.Delivered, paid["t1 by a2"], "%v", paid)
		require.Len(t, h.deals(t), 4, "%v", paid)
	})
}

func TestATaskNobodyAsksLittleEnoughForIsADeadLetterThatSaysWhy(t *testing.T) {
	h := newHall()
	spec := auctioned()
	spec.Procurement.Rounds = 3
	bubble(t, setup{plan: spec, agents: crew(2), market: marketOf(h, map[string]money.Amount{"a1": 101, "a2": 102})}, func(t *testing.T, r *rig) {
		unsold := collect[work.TaskUnsold](r)
		r.submit(task("t1", "work"))
		r.done()
		o := r.out.outcomes(t)["t1"]
		require.Equal(t, string(plan.CauseUnsold), o.Cause)
		require.Len(t, unsold(), 3)
		require.Equal(t, string(plan.AboveCeiling), unsold()[0].Cause)
		require.Empty(t, h.deals(t))
	})
}

func TestATaskNobodyWantsFallsBackUnpaid(t *testing.T) {
	h := newHall()
	spec := auctioned()
	spec.Procurement.Rounds, spec.Procurement.Fallback = 1, plan.RoundRobin
	bubble(t, setup{plan: spec, agents: crew(2), market: marketOf(h, nil)}, func(t *testing.T, r *rig) {
		r.submit(task("t1", "work"))
		r.done()
		require.Equal(t, "done", r.out.outcomes(t)["t1"].Outcome)
		require.Empty(t, h.deals(t))
	})
}

var errHall = errors.New("the hall is closed")

// The hall fails before or behind what it does, and the queue's process is killed while calls and deals are open: the outcome is the same.
func TestWhateverFailsADealIsSettledOnceAndATaskEndsOnce(t *testing.T) {
	for name, fail := range map[string]func(n int) (before, after error){
		"never":  func(int) (error, error) { return nil, nil },
		"before": func(n int) (error, error) { return map[bool]error{true: errHall}[n%3 != 0], nil },
		"behind": func(n int) (error, error) { return nil, map[bool]error{true: errHall}[n%3 != 0] },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHall()
			n := 0
			h.fail = func(string) (before, after error) { n++; return fail(n) }
			s := setup{plan: auctioned(), agents: crew(2), market: marketOf(h, map[string]money.Amount{"a1": 10, "a2": 20})}
			s.plan.Procurement.Batch = 2
			bubble(t, s, func(t *testing.T, r *rig) {
				for i := range 6 {
					r.submit(task(string(rune('a'+i)), "slow"), task(string(rune('A'+i)), "work"))
					<-time.After(time.Duration(37*i) * time.Millisecond)
					if i%2 == 1 {
						r.kill("queue")
						<-time.After(100 * time.Millisecond)
					}
				}
				r.done()
				require.Len(t, r.out.outcomes(t), 12)
				delivered := map[string]int{}
				for _, d := range h.deals(t) {
					if d.Verdict == plan.Delivered {
						delivered[d.Task]++
					}
				}
				require.Len(t, delivered, 12)
				for id, n := range delivered {
					require.Equal(t, 1, n, id)
				}
			})
		})
	}
}

// What a node had begun is gone on with by the next one on the same journal.
func TestARestartedNodeGoesOnWithCallsAndDeals(t *testing.T) {
	h := newHall()
	closed := true
	h.fail = func(string) (error, error) {
		if closed {
			return errHall, nil
		}
		return nil, nil
	}
	store := &fickle{Store: memory.New(memory.Options{})}
	out := &page{}
	s := setup{plan: auctioned(), agents: crew(1), market: marketOf(h, map[string]money.Amount{"a1": 10}), store: store, out: out}
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, s)
		r.submit(task("t1", "work"))
		<-time.After(time.Second)
		view, err := r.queue.Lookup(t.Context(), "t1")
		require.NoError(t, err)
		require.Equal(t, "is being bid for", view.Reason)
		r.close()
		closed = false
		r = newRig(t, s)
		defer r.close()
		r.done()
		require.Len(t, h.deals(t), 1)
		require.Equal(t, "done", out.outcomes(t)["t1"].Outcome)
	})
}

func TestAuctionsNeedAMarketThatCanBe(t *testing.T) {
	_, err := work.New(nil, work.Options{Plan: plan.Spec{Policy: plan.Auction}})
	require.ErrorContains(t, err, "there is no market")
	_, err = work.New(nil, work.Options{Plan: plan.Spec{Policy: plan.Auction}, Market: &work.Market{}})
	for _, text := range []string{"holds the auctions", "how agents bid", "ceiling", "currency"} {
		require.ErrorContains(t, err, text)
	}
}
