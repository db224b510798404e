// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	eventmemory "mabeam.dev/events/memory"
	"mabeam.dev/internal/node/marketlog"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/auction/exact"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/wdp"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/testkit/sim"
)

// saleroom is a journal, a ledger and an auctioneer under one supervisor, in a simulation.
type saleroom struct {
	sys      *actors.System
	sup      *supervision.Supervisor
	a        *market.Auctioneer
	l        *market.Ledger
	j        market.Journal
	spec     auction.Spec
	restarts int // of any of them
	gone     int // bidders who have done all that they wanted
	done     bool
	answers  map[string]auction.Result // by bidder and key, as the bidders got them
}

// snare ends a process at the nth append to the journal, before or after it.
type snare struct {
	market.Journal
	nth    int
	after  bool
	victim string
	room   *saleroom
	met    int
}

func (n *snare) Append(ctx context.Context, stream string, expect uint64, ev ...market.Event) (uint64, error) {
	hit := false
	if expect != math.MaxInt64 { // else it writes nothing
		n.met++
		hit = n.met == n.nth
	}
	if hit && !n.after {
		n.room.sup.Child(n.victim).Kill()
	}
	next, err := n.Journal.Append(ctx, stream, expect, ev...)
	if hit && n.after {
		n.room.sup.Child(n.victim).Kill()
	}
	return next, err
}

// newSaleroom builds one. A snare, if there is one, is put before the journal.
func newSaleroom(s *sim.Sim, what scene, trap *snare) *saleroom {
	bus := telemetry.NewBus()
	r := &saleroom{sys: s.NewSystem(actors.Options{Events: bus}), answers: map[string]auction.Result{}, spec: what.spec}
	telemetry.Subscribe(bus, "test", func(supervision.ChildRestarting) { r.restarts++ })
	j := events.NewJournal(eventmemory.New(eventmemory.Options{Now: s.Now}), events.JournalOptions{Entropy: s.Entropy("ids")})
	r.j = marketlog.New(j)
	if trap != nil {
		trap.Journal, trap.room = r.j, r
		r.j = trap
	}
	var err error
	r.l, err = market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: books, Journal: r.j})
	require.NoError(s, err)
	r.a, err = market.NewAuctioneer(market.AuctioneerOptions{
		Name: "auctioneer", Stream: "auction/7", Journal: r.j, Ledger: r.l, Spec: what.spec, Solver: exact.Solver(wdp.Options{}), PayWithin: what.payWithin,
	})
	require.NoError(s, err)
	r.sup, err = supervision.Start(r.sys, "node", supervision.Spec{
		Intensity: supervision.Intensity{Max: 1000, Within: time.Second},
		Children: []supervision.Child{
			supervision.Worker(j.Name(), j.Behavior, j.ProcessOptions()...),
			supervision.Worker(r.l.Name(), r.l.Behavior, r.l.ProcessOptions()...),
			r.a.Child(),
		},
	})
	require.NoError(s, err)
	return r
}

// insist repeats what is not known to be done, until it is done or the process ends. A lost answer comes to light when the auction is past what
// was asked for.
func (r *saleroom) insist(c *actors.Context[int], do func(context.Context) error) {
	for c.Err() == nil {
		ctx, stop := c.WithTimeout(5 * time.Second)
		err := do(ctx)
		stop()
		if err == nil || errors.Is(err, auction.ErrClosed) || errors.Is(err, auction.ErrInvalidState) || errors.Is(err, auction.ErrWithdrawn) {
			return
		}
		_ = r.sys.Sleep(c, 100*time.Millisecond) // it ends with the process, as the loop does
	}
}

// place has an input placed and remembers the answer.
func (r *saleroom) place(ctx context.Context, in auction.Input) (err error) {
	var got auction.Result
	var who, key string
	switch in := in.(type) {
	case auction.Start:
		got, err = r.a.Open(ctx)
	case auction.Bid:
		who, key = in.Bidder, in.Key
		got, err = r.a.Bid(ctx, in)
	case auction.Accept:
		who, key = in.Bidder, in.Key
		got, err = r.a.Accept(ctx, in)
	case auction.Reveal:
		who, key = in.Bidder, in.Key
		got, err = r.a.Reveal(ctx, in)
	case auction.Withdraw:
		who, key = in.Bidder, in.Key
		got, err = r.a.Withdraw(ctx, in)
	case auction.Cancel:
		got, err = r.a.Cancel(ctx, in)
	case auction.Suspend:
		got, err = r.a.Suspend(ctx, in.Reason)
	case auction.Resume:
		got, err = r.a.Resume(ctx, in.Down)
	}
	if err == nil && key != "" {
		got.Duplicate = false
		r.answers[who+"/"+key] = got
	}
	return err
}

// endowment is what everybody begins with.
func endowment() (list []ledger.Transaction) {
	for who, a := range map[string]money.Amount{"ann": 100, "bob": 100, "cat": 100, "sue": 20} {
		t := ledger.Deposit("in/"+who, who, credits(a))
		t.Accounts = []ledger.Account{ledger.Available(who)}
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b ledger.Transaction) int { return strings.Compare(a.Key, b.Key) })
	return append(list, ledger.Deposit("in/lot", "sue", money.Of(5, "lot")), ledger.Deposit("in/other", "sue", money.Of(1, "other")))
}

// perform carries a scene out, in a process.
func (r *saleroom) perform(what scene) {
	actors.MustSpawn(r.sys, "everybody", actors.Stateless(func(c *actors.Context[int], _ int) error {
		post := func(t ledger.Transaction) {
			r.insist(c, func(ctx context.Context) error { _, err := r.l.Post(ctx, t); return err })
		}
		for _, t := range endowment() {
			post(t)
		}
		r.insist(c, func(ctx context.Context) error { return r.place(ctx, auction.Start{}) })
		begin := c.Now()
		for i, act := range what.acts {
			if wait := act.at - c.Now().Sub(begin); wait > 0 {
				_ = r.sys.Sleep(c, wait)
			}
			switch {
			case act.moves != nil:
				post(*act.moves)
			case what.once && i == len(what.acts)-1:
				ctx, stop := c.WithTimeout(5 * time.Second)
				_ = r.place(ctx, act.in) // whatever becomes of it
				stop()
			default:
				r.insist(c, func(ctx context.Context) error { return r.place(ctx, act.in) })
			}
		}
		r.done = true
		return nil
	})).Tell(0)
}

// ending is how a sale ended: who won what for how much, and the books.
type ending struct {
	state    auction.State
	sold     bool
	round    int
	awards   []auction.Award
	forfeits []auction.Forfeit
	books    string
}

// end takes the ending down, and holds it against the laws: nothing is stuck, nothing was settled twice, what was answered is in the log.
func (r *saleroom) end(s *sim.Sim) (e ending) {
	v, ok := r.a.View()
	require.True(s, ok)
	require.True(s, v.State.Terminal(), "it ends; it is %v", v.State)
	e.state = v.State
	if o := v.Outcome; o != nil {
		e.sold, e.round, e.awards, e.forfeits = o.Sold, o.Round, slices.Clone(o.Awards), o.Forfeits
		for i := range e.awards {
			e.awards[i].Seq = 0 // what happened between the bids is in the log too
		}
	}
	holds, err := r.l.Reconcile(s.Context(), "auction/7")
	require.NoError(s, err)
	require.Empty(s, holds, "nothing is stuck")
	_, err = r.l.Verify(s.Context())
	require.NoError(s, err)
	settled := 0
	for b, err := range r.l.History(s.Context()) {
		require.NoError(s, err)
		for _, t := range b.Transactions {
			if strings.HasPrefix(t.Key, "settle/7/") {
				settled++
			}
		}
	}
	require.LessOrEqual(s, settled, 1, "it was settled once")
	require.Equal(s, v.State == auction.Settled || v.State == auction.NoSale, settled == 1)
	_, all, err := r.l.Balances()
	require.NoError(s, err)
	var lines []string
	for slot, a := range all {
		lines = append(lines, fmt.Sprintf("%s %s %d", slot.Account, slot.Asset, int64(a)))
	}
	slices.Sort(lines)
	e.books = strings.Join(lines, "\n")
	r.logged(s, v)
	return e
}

// logged replays the journal of the auction: it gives what everybody sees, and to each key the answer that the bidder got.
func (r *saleroom) logged(s *sim.Sim, v auction.View) {
	var log []auction.Input
	err := r.j.Read(s.Context(), "auction/7", 0, func(_ uint64, ev market.Event) error {
		if ev.Type != "market.auction.input" {
			return nil
		}
		for line := range strings.Lines(string(ev.Data)) {
			in, err := auction.Decode([]byte(strings.TrimSuffix(line, "\n")))
			if err != nil {
				return err
			}
			log = append(log, in)
		}
		return nil
	})
	require.NoError(s, err)
	m, err := auction.New(r.spec)
	require.NoError(s, err)
	told := map[string]auction.Result{}
	for _, in := range log {
		got, err := m.Step(in)
		require.NoError(s, err)
		require.False(s, got.Duplicate, "what is placed twice is in the log once")
		switch in := in.(type) {
		case auction.Bid:
			told[in.Bidder+"/"+in.Key] = got
		case auction.Accept:
			told[in.Bidder+"/"+in.Key] = got
		case auction.Reveal:
			told[in.Bidder+"/"+in.Key] = got
		case auction.Withdraw:
			told[in.Bidder+"/"+in.Key] = got
		}
	}
	require.Equal(s, m.View(), v)
	for _, key := range slices.Sorted(maps.Keys(r.answers)) {
		require.Equal(s, told[key], r.answers[key], "what was answered is durable: %s", key)
	}
}

// point is a place at which something is ended in the course of a scene.
type point struct {
	fault *sim.Fault
	trap  *snare
}

func (p point) String() string {
	if p.fault != nil {
		return p.fault.String()
	}
	when := "before"
	if p.trap.after {
		when = "after"
	}
	return fmt.Sprintf("kill %s %s append %d", p.trap.victim, when, p.trap.nth)
}

// points are all places in a run that was not disturbed: each message that the auctioneer, the ledger and the journal take in hand, timers among
// them, and each append; a post to the ledger and a reply lie between two of them.
func points(taken map[string]int, appends int) (list []point) {
	for _, process := range []string{"/node/auctioneer", "/node/ledger", "/node/journal"} {
		for _, kind := range []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill} {
			for nth := 1; nth <= taken[process]; nth++ {
				list = append(list, point{fault: &sim.Fault{Do: kind, Process: process, Nth: nth}})
			}
		}
	}
	for nth := 1; nth <= appends; nth++ {
		for _, victim := range []string{"auctioneer", "ledger"} {
			for _, after := range []bool{false, true} {
				list = append(list, point{trap: &snare{nth: nth, after: after, victim: victim}})
			}
		}
	}
	return list
}

// course carries a scene out without a disturbance, and returns how it ends and all points of its course, as many as are to be tried.
func course(t *testing.T, what scene) (want ending, list []point) {
	t.Helper()
	counter := &snare{}
	whole := sim.Run(1, func(s *sim.Sim) {
		r := newSaleroom(s, what, counter)
		r.perform(what)
		s.Advance(20 * time.Minute)
		require.True(s, r.done)
		want = r.end(s)
		require.Zero(s, r.restarts)
	}, sim.Prefix(0))
	require.NoError(t, whole.Failure)
	taken := map[string]int{}
	for _, step := range whole.Trace.Last(int(whole.Trace.Len())) {
		if path, _, ok := strings.Cut(step.Process, "#"); ok && step.Message != "" {
			taken[path]++
		}
	}
	for i, p := range points(taken, counter.met) {
		if i%stride == 0 {
			list = append(list, p)
		}
	}
	return want, list
}

// strike carries a scene out, ends something at a point of it, and returns how it ends.
func (p point) strike(s *sim.Sim, what scene) (e ending, restarts int) {
	var trap *snare
	if p.trap != nil {
		trap = &snare{nth: p.trap.nth, after: p.trap.after, victim: p.trap.victim}
	}
	r := newSaleroom(s, what, trap)
	if p.fault != nil {
		s.Fault(*p.fault)
	}
	r.perform(what)
	s.Advance(20 * time.Minute)
	s.Calm() // what is asked below is no part of the sale
	require.True(s, r.done, "%v", p)
	return r.end(s), r.restarts
}

// Every sale is ended at points all over its course (make test-long: at every one): whoever goes on comes to the same outcome, with one settlement, and to the same books.
func TestAnEndAtEachPointOfASaleChangesNothing(t *testing.T) {
	for name, what := range scenes() {
		t.Run(name, func(t *testing.T) {
			want, list := course(t, what)
			struck, n := 0, sim.Seeds(len(list))
			sim.Explore(t, n, func(s *sim.Sim) {
				p := list[(int(s.Seed())-1)*len(list)/n]
				e, restarts := p.strike(s, what)
				require.Equal(s, want, e, "%v", p)
				struck += min(1, restarts)
			})
			assert.Greater(t, struck, n/3, "of %d points", n)
			t.Logf("%d of %d points struck", struck, n)
		})
	}
}

// Whoever takes no trouble when its answer is lost has done what it wanted, or nothing: in both cases there is what the sale needs.
func TestALastWordThatIsNotRepeatedCountsOrNot(t *testing.T) {
	all := scenes()
	english, vickrey := all["english"], all["vickrey"]
	for name, c := range map[string]scene{
		"outbid":    {spec: english.spec, acts: told(offer("1", "ann", 30), offer("2", "bob", 40))},
		"withdrawn": {spec: vickrey.spec, acts: told(offer("1", "ann", 30), offer("2", "bob", 40), auction.Withdraw{Key: "3", Bidder: "bob"})},
		"lowered":   {spec: vickrey.spec, acts: told(offer("1", "ann", 30), offer("2", "bob", 40), offer("3", "bob", 10))},
		"cancelled": all["cancelled"],
	} {
		t.Run(name, func(t *testing.T) {
			c.once = true
			done, list := course(t, c)
			undone, _ := course(t, scene{spec: c.spec, acts: c.acts[:len(c.acts)-1]})
			require.NotEqual(t, done, undone)
			seen := map[bool]bool{}
			sim.Explore(t, len(list), func(s *sim.Sim) {
				p := list[s.Seed()-1]
				e, _ := p.strike(s, c)
				if !assert.ObjectsAreEqual(undone, e) {
					require.Equal(s, done, e, "%v", p)
				}
				seen[assert.ObjectsAreEqual(done, e)] = true
			})
			if stride == 1 {
				assert.Len(t, seen, 2, "it counted, and it did not")
			}
		})
	}
}
