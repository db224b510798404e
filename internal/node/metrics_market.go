// SPDX-License-Identifier: Apache-2.0

package node

import (
	"errors"
	"strings"
	"sync"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/internal/admin"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/money"
	"mabeam.dev/telemetry"
	"mabeam.dev/telemetry/prom"
)

// quick are the buckets of durations of bids and appends, in seconds.
var quick = []float64{0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.1, 0.5, 1, 5, 30}

// marketMetrics are those of markets: by type and reason, never by auction, bidder or bid.
func marketMetrics(r *prom.Registry, n *Node) error {
	steps, err1 := r.Counter(prom.Definition{
		Name: "market_auctions_total", Help: "Steps of auctions: created, opened, ticked, extended, closed, decided, undecided, suspended, halted, resumed, or the state in which one ended.",
		Labels: []string{"kind", "step"},
	})
	bids, err2 := r.Counter(prom.Definition{
		Name: "market_bids_total", Help: "Bids that were answered: accepted, or the code of the refusal.", Labels: []string{"kind", "answer"},
	})
	took, err3 := r.Histogram(prom.Definition{Name: "market_bid_seconds", Help: "How long the answer to a bid took.", Labels: []string{"kind"}, Buckets: quick})
	appends, err4 := r.Histogram(prom.Definition{Name: "market_append_seconds", Help: "How long an append of an auction took.", Labels: []string{"kind"}, Buckets: quick})
	solves, err5 := r.Histogram(prom.Definition{
		Name: "market_solve_seconds", Help: "How long a solver took to find winners, by whether nothing better is proven to exist.", Labels: []string{"result"}, Buckets: seconds,
	})
	settles, err6 := r.Histogram(prom.Definition{
		Name: "market_settle_seconds", Help: "How long it took from the decision until everything was paid and back.", Labels: []string{"kind"}, Buckets: quick,
	})
	refused, err7 := r.Counter(prom.Definition{
		Name: "market_refused_total", Help: "Commands that processes of markets refused, by family and code.", Labels: []string{"family", "code"},
	})
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7); err != nil {
		return err
	}
	step(steps, "created", func(e market.AuctionCreated) auction.Kind { return e.Kind })
	step(steps, "opened", func(e market.AuctionOpened) auction.Kind { return e.Kind })
	step(steps, "ticked", func(e market.ClockTicked) auction.Kind { return e.Kind })
	step(steps, "extended", func(e market.AuctionExtended) auction.Kind { return e.Kind })
	step(steps, "closed", func(e market.AuctionClosed) auction.Kind { return e.Kind })
	step(steps, "decided", func(e market.AuctionDecided) auction.Kind { return e.Kind })
	step(steps, "undecided", func(e market.AuctionUndecided) auction.Kind { return e.Kind })
	step(steps, "suspended", func(e market.AuctionSuspended) auction.Kind { return e.Kind })
	step(steps, "halted", func(e market.AuctionHalted) auction.Kind { return e.Kind })
	step(steps, "resumed", func(e market.AuctionResumed) auction.Kind { return e.Kind })
	prom.On(steps, func(e market.AuctionEnded) (prom.Values, float64, bool) {
		return prom.Values{string(e.Kind), strings.ReplaceAll(e.State.String(), " ", "_")}, 1, true
	})
	prom.On(bids, func(e market.BidAnswered) (prom.Values, float64, bool) {
		return prom.Values{string(e.Kind), answerName(e.Code)}, 1, true
	})
	prom.On(took, func(e market.BidAnswered) (prom.Values, float64, bool) {
		return prom.Values{string(e.Kind)}, e.Took.Seconds(), true
	})
	prom.On(appends, func(e market.LogAppended) (prom.Values, float64, bool) {
		return prom.Values{string(e.Kind)}, e.Took.Seconds(), true
	})
	prom.On(settles, func(e market.AuctionEnded) (prom.Values, float64, bool) {
		return prom.Values{string(e.Kind)}, e.Settling.Seconds(), e.Settling > 0
	})
	prom.On(refused, func(e market.CommandRefused) (prom.Values, float64, bool) {
		return prom.Values{e.Family, e.Code.String()}, 1, true
	})
	prom.On(solves, func(e market.SolverAnswered) (prom.Values, float64, bool) {
		result := "feasible"
		switch {
		case e.Err != nil:
			result = "none"
		case e.Proven:
			result = "optimal"
		}
		return prom.Values{result}, e.Took.Seconds(), true
	})
	return errors.Join(marketGauges(r, n), bookMetrics(r, n))
}

// answerName is the label of an answer to a bid.
func answerName(c fault.Code) string {
	if c == 0 {
		return "accepted"
	}
	return c.String()
}

// marketGauges are read when they are asked for; a node without a market has none.
func marketGauges(r *prom.Registry, n *Node) error {
	each := func(see func(marketFigures, *Node)) {
		if f, ok := n.figures(); ok {
			see(f, n)
		}
	}
	return errors.Join(
		r.Read(prom.Definition{Name: "market_open_auctions", Help: "Auctions that are not over, by type.", Labels: []string{"kind"}}, func(report func(prom.Values, float64)) {
			each(func(f marketFigures, _ *Node) {
				for kind, count := range f.open {
					report(prom.Values{string(kind)}, float64(count))
				}
			})
		}),
		r.Read(prom.Definition{
			Name: "market_held", Help: "What is held, in units of each currency; without what would tell a secret bid.", Labels: []string{"asset"},
		}, func(report func(prom.Values, float64)) {
			each(func(f marketFigures, _ *Node) {
				for asset, amount := range f.held {
					report(prom.Values{string(asset)}, float64(amount)/float64(money.Unit))
				}
			})
		}),
		r.Read(prom.Definition{Name: "market_stuck_hold_seconds", Help: "How long the oldest hold has outlived its auction."}, func(report func(prom.Values, float64)) {
			each(func(f marketFigures, n *Node) {
				report(prom.Values{}, n.market.stuck.age(n.sys.Now(), f.over).Seconds())
			})
		}),
		r.Read(prom.Definition{Name: "market_imbalance", Help: "How many assets have accounts that do not add up to 0."}, func(report func(prom.Values, float64)) {
			each(func(f marketFigures, _ *Node) { report(prom.Values{}, float64(f.unbalanced)) })
		}),
	)
}

// step counts a kind of events.
func step[E telemetry.Event](c *prom.Metric, name string, kind func(E) auction.Kind) {
	prom.On(c, func(e E) (prom.Values, float64, bool) { return prom.Values{string(kind(e)), name}, 1, true })
}

// marketFigures are those of one moment.
type marketFigures struct {
	open       map[auction.Kind]int
	held       map[money.Asset]money.Amount // of currencies
	over       []string                     // refs of auctions that are over, for which something is held
	unbalanced int
}

// figures looks at the market; false if there is none, or none yet.
func (n *Node) figures() (f marketFigures, ok bool) {
	x := n.market.exchange
	if x == nil {
		return f, false
	}
	currencies, err := x.Currencies()
	if err != nil {
		return f, false
	}
	_, balances, err := n.market.ledger.Balances()
	if err != nil {
		return f, false
	}
	f.open, f.held = x.OpenByKind(), map[money.Asset]money.Amount{}
	known := map[money.Asset]bool{}
	for _, of := range append(currencies, n.bazaar().Currencies...) {
		known[of] = true
	}
	sums, over := map[money.Asset]money.Sum{}, map[string]bool{}
	for slot, amount := range balances { // summed in no order, without overflow
		sum := sums[slot.Asset]
		sum.Add(amount)
		sums[slot.Asset] = sum
		_, ref, held := strings.Cut(string(slot.Account), "/held/")
		if !held || amount == 0 {
			continue
		}
		if known[slot.Asset] && !admin.SecretHold(x, ref) {
			f.held[slot.Asset] += amount
		}
		if id, ok := strings.CutPrefix(ref, "auction/"); ok {
			if a, there := x.Peek(id); there && a.View.State.Terminal() {
				over[ref] = true
			}
		}
	}
	for ref := range over { // only their number and the oldest matter
		f.over = append(f.over, ref)
	}
	for _, sum := range sums { // counted in no order
		if sum.Sign() != 0 {
			f.unbalanced++
		}
	}
	return f, true
}

// stuckHolds remembers since when something is held for auctions that are over.
type stuckHolds struct {
	mu struct {
		sync.Mutex
		since map[string]time.Time
	}
}

// age is that of the oldest one.
func (s *stuckHolds) age(now time.Time, over []string) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	since := make(map[string]time.Time, len(over))
	oldest := time.Duration(0)
	for _, ref := range over {
		first, known := s.mu.since[ref]
		if !known {
			first = now
		}
		since[ref] = first
		oldest = max(oldest, now.Sub(first))
	}
	s.mu.since = since
	return oldest
}
