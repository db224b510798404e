// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	eventmemory "mabeam.dev/events/memory"
	"mabeam.dev/internal/node/marketlog"
	"mabeam.dev/market"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/orderbook"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/testkit/sim"
)

// bookNode is a journal, a ledger and a book under one supervisor, in a simulation.
type bookNode struct {
	sys  *actors.System
	book *market.Book
	l    *market.Ledger
}

func newBookNode(s *sim.Sim) bookNode {
	sys := s.NewSystem(actors.Options{Events: telemetry.NewBus()})
	j := events.NewJournal(eventmemory.New(eventmemory.Options{Now: s.Now}), events.JournalOptions{Entropy: s.Entropy("ids")})
	l, err := market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: books, Journal: marketlog.New(j)})
	require.NoError(s, err)
	o := teaBook(marketlog.New(j), l)
	o.Snapshots, o.SnapshotEvery = marketlog.New(j), 6
	b, err := market.NewBook(o)
	require.NoError(s, err)
	_, err = supervision.Start(sys, "node", supervision.Spec{
		Intensity: supervision.Intensity{Max: 1000, Within: time.Second},
		Children: []supervision.Child{
			supervision.Worker(j.Name(), j.Behavior, j.ProcessOptions()...),
			supervision.Worker(l.Name(), l.Behavior, l.ProcessOptions()...),
			b.Child(),
		},
	})
	require.NoError(s, err)
	return bookNode{sys, b, l}
}

// insist repeats a command until it has an answer that is not for want of somebody: the answer may have been lost, or come too late.
func (n bookNode) insist(c *actors.Context[int], do func(context.Context) error) {
	for c.Err() == nil {
		ctx, stop := c.WithTimeout(5 * time.Second)
		err := do(ctx)
		stop()
		if !errors.Is(err, market.ErrUnavailable) && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, actors.ErrTimeout) {
			return
		}
		_ = n.sys.Sleep(c, 100*time.Millisecond) // it ends with the process, as the loop does
	}
}

// fund gives everybody credits and tea.
func (n bookNode) fund(c *actors.Context[int]) {
	for _, x := range deposits() {
		n.insist(c, func(ctx context.Context) error { _, err := n.l.Post(ctx, x); return err })
	}
}

// day has one process carry a day out.
func (n bookNode) day() *bool {
	done := new(bool)
	actors.MustSpawn(n.sys, "everybody", actors.Stateless(func(c *actors.Context[int], _ int) error {
		n.fund(c)
		for _, s := range day() {
			n.insist(c, func(ctx context.Context) error { return s.do(ctx, n.book) })
		}
		*done = true
		return nil
	})).Tell(0)
	return done
}

// The book is ended at each of its steps, and ledger and journal at each of theirs, before and after: tape, orders and balances are the same.
func TestAnEndAtEachStepOfADayChangesNothing(t *testing.T) {
	want := undisturbed(t)
	for _, process := range []string{"/node/tea", "/node/ledger", "/node/journal"} {
		for _, kind := range []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill} {
			t.Run(fmt.Sprintf("%v of %s", kind, process), func(t *testing.T) {
				happened, stride := 0, 1
				if process != "/node/tea" && *seeds <= 200 {
					stride = 3 // the others take more steps; all of them with more seeds
				}
				for step := 1; ; step += stride {
					r := sim.Run(uint64(step), func(s *sim.Sim) {
						n := newBookNode(s)
						s.Fault(sim.Fault{Do: kind, Process: process, Nth: step})
						done := n.day()
						s.Advance(10 * time.Minute)
						s.Calm() // what is asked below is no part of the day
						require.True(s, *done)
						unstuck(s, n.book, n.l)
						require.Equal(s, want, picture(s, n.book, n.l))
					})
					require.NoError(t, r.Failure, "step %d", step)
					if !strings.HasSuffix(r.Faults[0], "(happened 1 times)") {
						break // there is no such step
					}
					happened++
				}
				require.Greater(t, happened*stride, 20)
			})
		}
	}
}

// Traders who know nothing of each other, in any order of turns, with processes that crash, hang, are killed and do not start, and answers that
// are lost, late or asked for twice: nothing appears or vanishes, nobody is paid twice, and nothing is stuck.
func TestBookSimulation(t *testing.T) {
	sim.Explore(t, *seeds, func(s *sim.Sim) {
		n := newBookNode(s)
		s.Fault(sim.Space{
			Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.FailStart, sim.Hang},
			Processes: []string{"/node/journal", "/node/ledger", "/node/tea"}, MaxFor: time.Second,
		}.Draw(s.Rand("plan"), 5)...)
		done, answers := 0, map[string]market.Placed{}
		actors.MustSpawn(n.sys, "house", actors.Stateless(func(c *actors.Context[int], _ int) error {
			n.fund(c)
			for _, who := range traders {
				actors.MustSpawn(n.sys, who, actors.Stateless(func(c *actors.Context[int], _ int) error {
					n.deal(c, s, who, answers)
					done++
					return nil
				})).Tell(0)
			}
			return nil
		})).Tell(0)
		for range 60 {
			s.Advance(time.Second)
			if _, _, err := n.l.Balances(); err == nil {
				conserved(s, n.l)
			}
		}
		s.Calm()
		s.Advance(20 * time.Minute)
		require.Equal(s, len(traders), done)
		n.agrees(s, answers)
	})
}

// deal is what a trader does: orders at random, some repeated although they were answered, some cancelled or changed.
func (n bookNode) deal(c *actors.Context[int], s *sim.Sim, who string, answers map[string]market.Placed) {
	r := s.Rand(who)
	var own []orderbook.ID
	for i := range 8 {
		key := fmt.Sprintf("%s/%d", who, i)
		do := func(ctx context.Context) (market.Placed, error) {
			o := market.BookOrder{Key: key, Owner: who, Side: orderbook.Side(i % 2), Price: money.Amount(95 + (i*7+len(who)*3)%11), Quantity: int64(1 + i%5)}
			return n.book.Place(ctx, o)
		}
		switch kind := r.IntN(5); {
		case kind == 0 && len(own) > 0:
			id := own[r.IntN(len(own))]
			do = func(ctx context.Context) (market.Placed, error) { return n.book.Cancel(ctx, key, who, id) }
		case kind == 1 && len(own) > 0:
			change := market.Replacement{Key: key, Owner: who, Order: own[r.IntN(len(own))], Price: money.Amount(90 + r.IntN(20)), Quantity: 1 + r.Int64N(6)}
			do = func(ctx context.Context) (market.Placed, error) { return n.book.Replace(ctx, change) }
		}
		for range 1 + r.IntN(2) { // a message that comes twice
			n.insist(c, func(ctx context.Context) error {
				p, err := do(ctx)
				if err != nil {
					return err
				}
				if was, ok := answers[key]; ok {
					p.Duplicate = was.Duplicate
					require.Equal(s, was, p, "a repetition is answered as before")
				}
				answers[key] = p
				if p.Order != 0 {
					own = append(own, p.Order)
				}
				return nil
			})
		}
	}
}

// agrees holds the ledger against the tape: whoever has traded has what the tape says, less what is set aside for orders.
func (n bookNode) agrees(s *sim.Sim, answers map[string]market.Placed) {
	conserved(s, n.l)
	unstuck(s, n.book, n.l)
	tape, missed, err := n.book.Trades(0)
	require.NoError(s, err)
	require.False(s, missed)
	tea, paid := map[string]money.Amount{}, map[string]money.Amount{}
	fees := orderbook.Fees{Maker: 10_000, Taker: 20_000}
	all := money.Amount(0)
	for _, x := range tape {
		e := orderbook.Event{Side: x.Taker, Price: x.Price, Quantity: x.Quantity, Owner: 1, Counterparty: 2}
		m, err := fees.Settle(e, false)
		require.NoError(s, err)
		tea[x.Buyer] += money.Amount(x.Quantity)
		tea[x.Seller] -= money.Amount(x.Quantity)
		paid[x.Buyer] += m.Pays
		paid[x.Seller] -= m.Gets
		all += m.Fees
	}
	for _, who := range traders {
		slots := []ledger.Slot{
			{Account: ledger.Available(who), Asset: "credit"},
			{Account: ledger.Held(who, "book/tea"), Asset: "credit"},
			{Account: ledger.Available(who), Asset: "tea"},
			{Account: ledger.Held(who, "book/tea"), Asset: "tea"},
		}
		_, v, err := n.l.Read(slots...)
		require.NoError(s, err)
		require.Equal(s, 10_000-paid[who], v[0]+v[1], who)
		require.Equal(s, 100+tea[who], v[2]+v[3], who)
	}
	have, err := n.l.Balance(ledger.Fees, "credit")
	require.NoError(s, err)
	require.Equal(s, all, have)
	require.NotEmpty(s, answers)
}
