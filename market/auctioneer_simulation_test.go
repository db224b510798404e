// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/testkit/sim"
)

// first is where the exploration of sales begins: many seeds can be tried in parts.
var first = flag.Uint64("start", 1, "the first of the seeds of TestAuctionSimulation")

// begun says in the report of a failure where the seeds began.
type begun struct{ *testing.T }

// Fatalf adds the flag to the command that repeats the run.
func (b begun) Fatalf(format string, args ...any) {
	b.Helper()
	b.T.Fatalf("%s -start=%d", fmt.Sprintf(format, args...), *first)
}

// nonceOf is a bidder's.
func nonceOf(who string) []byte { return []byte(who + "'s nonce, which is long") }

// drawAct draws something that a bidder might do.
func drawAct(rng *rand.Rand, s auction.Spec, who, key string) auction.Input {
	a := money.Amount(1 + rng.IntN(90))
	if rng.IntN(30) == 0 {
		a = 1000 // more than anybody has
	}
	if rng.IntN(6) == 0 && s.Kind != auction.Dutch {
		return auction.Withdraw{Key: key, Bidder: who}
	}
	bid := auction.Bid{Key: key, Bidder: who, Asset: "credit"}
	switch {
	case s.Kind == auction.Dutch:
		return takes(key, who, 1+rng.Int64N(2), a)
	case s.RevealFor > 0 && rng.IntN(2) == 0:
		return auction.Reveal{Key: key, Bidder: who, Amount: commitment(who), Nonce: nonceOf(who)}
	case s.RevealFor > 0:
		bid.Commitment = auction.Commit(s.ID, who, commitment(who), nonceOf(who))
	case s.Kind == auction.Uniform:
		bid.Values = []money.Amount{a, a}[:1+rng.IntN(2)]
	case s.Kind == auction.Combinatorial:
		for range 1 + rng.IntN(2) {
			bid.Bundles = append(bid.Bundles, goods(money.Amount(1+rng.IntN(45)), rng.IntN(3)-1, [][]int{{0}, {1}, {0, 1}}[rng.IntN(3)]...))
		}
	case s.Kind == auction.English && rng.IntN(8) == 0:
		bid.BuyNow = true
	default:
		bid.Amount = a
	}
	return bid
}

// commitment is what a bidder always commits itself to.
func commitment(who string) money.Amount { return money.Amount(20 + len(who)*7 + int(who[0])%13) }

// bidders lets everybody but the owner bid at will, all at once, and repeat with the same key what is not known to be done.
func (r *saleroom) bidders(rng *rand.Rand) {
	patience := []int{1, 3, 40}[rng.IntN(3)] // in a rush, or with time
	for _, who := range []string{"ann", "bob", "cat", "sue"} {
		plan := rand.New(rand.NewPCG(rng.Uint64(), 1))
		actors.MustSpawn(r.sys, "bidder-"+who, actors.Stateless(func(c *actors.Context[int], _ int) error {
			patient := plan.IntN(4) > 0 // else it takes no trouble when an answer does not come: its bid may stand, or not
			for i := range 1 + plan.IntN(4) {
				_ = r.sys.Sleep(c, time.Duration(plan.IntN(patience))*time.Second)
				in := drawAct(plan, r.spec, who, fmt.Sprint(i))
				r.settle(c, patient, func(ctx context.Context) error { return r.place(ctx, in) })
				if plan.IntN(5) == 0 {
					out := ledger.Withdraw(fmt.Sprint("out/", who, "/", i), who, credits(money.Amount(1+plan.IntN(60))))
					r.settle(c, true, func(ctx context.Context) error { _, err := r.l.Post(ctx, out); return err })
				}
			}
			r.gone++
			return nil
		})).Tell(0)
	}
}

// operator lets somebody stop the auction and go on with it, or call it off.
func (r *saleroom) operator(rng *rand.Rand) {
	wait, cancels := time.Duration(rng.IntN(60))*time.Second, rng.IntN(3) == 0
	actors.MustSpawn(r.sys, "operator", actors.Stateless(func(c *actors.Context[int], _ int) error {
		_ = r.sys.Sleep(c, wait)
		r.settle(c, true, func(ctx context.Context) error { return r.place(ctx, auction.Suspend{Reason: "look"}) })
		_ = r.sys.Sleep(c, 10*time.Second)
		if cancels {
			r.settle(c, true, func(ctx context.Context) error { return r.place(ctx, auction.Cancel{Operator: true, Reason: "no"}) })
		}
		r.settle(c, true, func(ctx context.Context) error { return r.place(ctx, auction.Resume{Down: 10 * time.Second}) })
		return nil
	})).Tell(0)
}

// settle does something and, for who is patient, repeats it until it is known to be done or refused.
func (r *saleroom) settle(c *actors.Context[int], patient bool, do func(context.Context) error) {
	for again := true; again && c.Err() == nil; again = patient {
		ctx, stop := c.WithTimeout(time.Second)
		err := do(ctx)
		stop()
		if !errors.Is(err, market.ErrUnavailable) && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, actors.ErrMailboxFull) {
			return
		}
		_ = r.sys.Sleep(c, 100*time.Millisecond) // it ends with the process, as the loop does
	}
}

// paid holds what everybody has in the end against what the outcome says.
func (r *saleroom) paid(s *sim.Sim) {
	want := map[ledger.Slot]money.Amount{}
	add := func(a ledger.Account, asset money.Asset, by money.Amount) {
		want[ledger.Slot{Account: a, Asset: asset}] += by
	}
	for b, err := range r.l.History(s.Context()) {
		require.NoError(s, err)
		for _, t := range b.Transactions {
			if strings.HasPrefix(t.Key, "in/") || strings.HasPrefix(t.Key, "out/") {
				for _, p := range t.Postings {
					add(p.Account, p.Asset, p.Amount)
				}
			}
		}
	}
	v, _ := r.a.View()
	if v.State == auction.Settled || v.State == auction.NoSale {
		for _, a := range v.Outcome.Awards {
			fee := a.Amount * money.Amount(r.spec.FeePerMillion) / 1_000_000
			payer, payee := a.Bidder, r.spec.Owner
			if r.spec.Reverse {
				payer, payee = payee, payer
			}
			add(ledger.Available(payer), "credit", -a.Amount)
			add(ledger.Available(payee), "credit", a.Amount-fee)
			add(ledger.Fees, "credit", fee)
			switch {
			case r.spec.Service:
			case r.spec.Kind == auction.Combinatorial:
				for _, g := range a.Goods {
					add(ledger.Available(r.spec.Owner), r.spec.Goods[g], -1)
					add(ledger.Available(a.Bidder), r.spec.Goods[g], 1)
				}
			default:
				add(ledger.Available(r.spec.Owner), "lot", -money.Amount(a.Units))
				add(ledger.Available(a.Bidder), "lot", money.Amount(a.Units))
			}
		}
		for _, f := range v.Outcome.Forfeits {
			add(ledger.Available(f.Bidder), "credit", -f.Amount)
			add(ledger.Penalty, "credit", f.Amount)
		}
	}
	maps.DeleteFunc(want, func(_ ledger.Slot, a money.Amount) bool { return a == 0 })
	_, have, err := r.l.Balances()
	require.NoError(s, err)
	require.Equal(s, want, have, "everybody has what the outcome says")
}

// Sales of all kinds, with bidders who bid at will and at once, in any order of turns: the auctioneer, the ledger and the journal crash, hang, are
// killed and do not start; what bidders send is lost, late, twice or out of order. Seeds are drawn from -start on: go test ./market -run
// AuctionSimulation -seeds 10000.
func TestAuctionSimulation(t *testing.T) {
	all := scenes()
	names := slices.Sorted(maps.Keys(all))
	ends := map[auction.State]int{}
	restarts := 0
	sim.Explore(begun{t}, *seeds, func(s *sim.Sim) {
		rng := rand.New(rand.NewPCG(s.Seed()+*first-1, 1))
		what := all[names[rng.IntN(len(names))]]
		if rng.IntN(2) == 0 {
			what.spec.Lottery = what.spec.Kind != auction.English && what.spec.Kind != auction.Dutch
		}
		r := newSaleroom(s, what, nil)
		for _, at := range []string{"/node/journal", "/node/ledger", "/node/auctioneer"} {
			space := sim.Space{Kinds: []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.FailStart, sim.Hang}, Processes: []string{at}, MaxNth: 30, MaxFor: 3 * time.Second}
			s.Fault(space.Draw(rng, rng.IntN(4))...)
		}
		for _, kind := range []sim.FaultKind{sim.Drop, sim.Delay, sim.Duplicate, sim.Reorder} {
			if rng.IntN(2) == 0 {
				f := sim.Fault{Do: kind, Process: "/node/auctioneer", From: "/bidder-*", Chance: 0.2}
				if kind == sim.Delay {
					f.For = time.Duration(1+rng.IntN(4000)) * time.Millisecond
				}
				s.Fault(f)
			}
		}
		actors.MustSpawn(r.sys, "opener", actors.Stateless(func(c *actors.Context[int], _ int) error {
			for _, x := range endowment() {
				r.insist(c, func(ctx context.Context) error { _, err := r.l.Post(ctx, x); return err })
			}
			r.insist(c, func(ctx context.Context) error { return r.place(ctx, auction.Start{}) })
			r.done = true
			return nil
		})).Tell(0)
		for seconds := 0; !r.done; seconds++ {
			require.Less(s, seconds, 600, "the auction opens")
			s.Advance(time.Second)
		}
		r.bidders(rng)
		if rng.IntN(6) == 0 {
			r.operator(rng)
		}
		s.Advance(5 * time.Minute)
		s.Calm()
		s.Advance(30 * time.Minute)
		require.Equal(s, 4, r.gone, "everybody has got its answers")
		e := r.end(s)
		require.NotEqual(s, auction.Failed, e.state)
		r.paid(s)
		ends[e.state]++
		restarts += r.restarts
	})
	t.Logf("%v, %d restarts", ends, restarts)
	require.Positive(t, ends[auction.Settled])
	require.Positive(t, ends[auction.NoSale])
}
