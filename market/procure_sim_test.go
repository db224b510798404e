// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/bidding"
	"mabeam.dev/agents/work"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/events"
	eventmemory "mabeam.dev/events/memory"
	"mabeam.dev/internal/node/marketlog"
	"mabeam.dev/market"
	"mabeam.dev/market/auction"
	"mabeam.dev/market/auction/exact"
	"mabeam.dev/market/cost"
	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
	"mabeam.dev/market/wdp"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit/sim"
)

var procureSeeds = flag.Int("procure.seeds", sim.Seeds(150), "how many orders of turns procurement is tried in")

// workshop is a node that works through tasks which its agents bid for, in a simulation.
type workshop struct {
	s     *sim.Sim
	sys   *actors.System
	queue *work.Queue
	l     *market.Ledger
	x     *market.Exchange
	costs *market.Costs
}

// lossy forgets every fourth answer: what was asked has been done, and is asked again.
type lossy struct {
	work.Procurer
	dice func(n int) int
}

func (l lossy) Procure(ctx context.Context, c work.Call) (work.Award, error) {
	a, err := l.Procurer.Procure(ctx, c)
	if l.dice(4) == 0 {
		return work.Award{}, market.ErrUnavailable
	}
	return a, err
}

func (l lossy) Settle(ctx context.Context, d work.Deal) error {
	err := l.Procurer.Settle(ctx, d)
	if l.dice(4) == 0 {
		return market.ErrUnavailable
	}
	return err
}

// wages are what the agents ask.
var wages = map[string]money.Amount{"a0": 10, "a1": 12, "a2": 14}

const purseOfBuyer = 1_000_000

func newPlant(s *sim.Sim, kind auction.Kind) *workshop {
	p := &workshop{s: s, sys: s.NewSystem(actors.Options{})}
	j := events.NewJournal(eventmemory.New(eventmemory.Options{Now: s.Now}), events.JournalOptions{Entropy: s.Entropy("ids")})
	log := marketlog.New(j)
	var err error
	p.l, err = market.NewLedger(market.LedgerOptions{Name: "ledger", Stream: books, Journal: log})
	require.NoError(s, err)
	p.x, err = market.NewExchange(market.ExchangeOptions{
		Name: "exchange", Stream: "market/exchange", Journal: log, Ledger: p.l, Solver: exact.Solver(wdp.Options{}),
		Restarts: supervision.Intensity{Max: 1000, Within: time.Second},
	})
	require.NoError(s, err)
	p.costs, err = market.NewCosts(market.CostsOptions{Name: "costs", Stream: "market/costs", Journal: log})
	require.NoError(s, err)
	procurer, err := market.NewProcurer(market.ProcurerOptions{
		System: p.sys, Exchange: p.x, Owner: "ann", Kind: kind, FeePerMillion: 100_000, Costs: p.costs, CostsIn: "credit",
	})
	require.NoError(s, err)
	dir, dirChild := agents.NewDirectory(p.sys, "agents")
	batch := 1
	if procurer.Together() {
		batch = 3
	}
	p.queue, err = work.New(p.sys, work.Options{
		Epoch: "e", Journal: j, Directory: dir, SnapshotEvery: 20,
		Plan: plan.Spec{Policy: plan.Auction, Procurement: plan.Procurement{Batch: batch}, Attempts: 50, Poison: -1, Backoff: plan.Backoff{Base: time.Millisecond}},
		Market: &work.Market{Procurer: lossy{procurer, s.Rand("answers").IntN}, Terms: work.Terms{Currency: "credit", Ceiling: 50}, Bidder: func(a agents.Spec) work.Bidder {
			return work.Bidder{Policy: bidding.UpToCeiling(bidding.Cost{Batch: 2, Fixed: wages[a.ID]})}
		}},
	})
	require.NoError(s, err)
	lasting := func(spec supervision.Spec) supervision.Spec {
		spec.Intensity = supervision.Intensity{Max: 100_000}
		return spec
	}
	var crew supervision.Spec
	for i := range 3 {
		c, err := agents.Child(agents.Spec{ID: fmt.Sprint("a", i), Concurrency: 2}, moods(s), dir)
		require.NoError(s, err)
		crew.Children = append(crew.Children, c)
	}
	_, err = supervision.Start(p.sys, "node", lasting(supervision.Spec{Children: []supervision.Child{
		supervision.Worker(j.Name(), j.Behavior, j.ProcessOptions()...),
		supervision.Worker(p.l.Name(), p.l.Behavior, p.l.ProcessOptions()...), p.x.Child(), dirChild,
		supervision.Worker(p.costs.Name(), p.costs.Behavior, p.costs.ProcessOptions()...),
		supervision.Sub("work", lasting(p.queue.Spec())), supervision.Sub("crew", lasting(crew)),
	}}))
	require.NoError(s, err)
	return p
}

// moods are agents that work, fail or panic, as their dice say.
func moods(s *sim.Sim) agents.Kind {
	return agents.Native("moody", "Does what its dice say.", func(spec agents.Spec) (agents.Worker, error) {
		dice := s.Rand(spec.ID)
		return agents.WorkerFunc(func(ctx context.Context, t agents.Task) (json.RawMessage, error) {
			if err := s.System().Sleep(ctx, time.Duration(dice.IntN(300))*time.Millisecond); err != nil {
				return nil, err
			}
			switch {
			case t.Attempt == 1 && dice.IntN(8) == 0:
				panic("as the dice said")
			case t.Attempt == 1 && dice.IntN(8) == 0:
				return nil, errors.New("as the dice said")
			}
			return t.Input, nil
		}), nil
	})
}

// kill ends a process of the market or of the queue that the dice choose, and counts it.
func (p *workshop) kill(which func(n int) int) int {
	var all []actors.PID
	for pid := range p.sys.Processes() {
		if path := pid.Path(); strings.Contains(path, "auction/") || slices.Contains([]string{"ledger", "queue", "book", "floor", "costs"}, pid.Name()) {
			all = append(all, pid)
		}
	}
	slices.SortFunc(all, func(a, b actors.PID) int { return strings.Compare(a.Path(), b.Path()) })
	if len(all) == 0 {
		return 0
	}
	all[which(len(all))].Kill()
	return 1
}

// Whatever of the market and of the queue is killed at whatever moment, each task ends once, each agent is paid for what it has delivered and for nothing else, and
// nothing is left in escrow, or set aside.
func TestInAnyOrderOfTurnsAgentsArePaidForWhatTheyDelivered(t *testing.T) {
	sold, killed := 0, 0
	kinds := []auction.Kind{auction.Vickrey, auction.FirstPrice, auction.Combinatorial, auction.English, auction.Uniform, auction.Dutch}
	sim.Explore(t, *procureSeeds, func(s *sim.Sim) {
		p := newPlant(s, kinds[s.Rand("kind").IntN(len(kinds))])
		ctx := context.Background()
		s.Advance(time.Second)
		for _, x := range []ledger.Transaction{ledger.Open("open/ann", "ann"), ledger.Deposit("in/ann", "ann", credits(purseOfBuyer))} {
			_, err := p.l.Post(ctx, x)
			require.NoError(s, err)
		}
		const tasks = 8
		orders := s.Rand("orders")
		for i := range 24 {
			switch {
			case orders.IntN(3) == 0:
				killed += p.kill(orders.IntN)
			case orders.IntN(6) == 0:
				_ = p.queue.Cancel(ctx, fmt.Sprint("t", orders.IntN(tasks)), "dice")
			default:
				_, _ = p.queue.TrySubmit(ctx, chore(i%tasks), chore(orders.IntN(tasks)))
			}
			s.Advance(time.Duration(orders.IntN(200)) * time.Millisecond)
		}
		s.Advance(time.Minute)
		_, err := p.queue.WaitDone(ctx)
		require.NoError(s, err)
		sold += p.balanced(s, tasks)
		require.NoError(s, p.sys.Close(ctx))
	})
	require.Greater(t, sold, *procureSeeds, "tasks were bought")
	require.Greater(t, killed, *procureSeeds, "processes were killed")
}

func chore(n int) plan.Task {
	return plan.Task{ID: fmt.Sprint("t", n), Kind: "chore", Input: json.RawMessage(fmt.Sprint(n))}
}

// balanced holds the books against what the tasks ended as, and counts those that were paid for.
func (p *workshop) balanced(s *sim.Sim, tasks int) (sold int) {
	ctx := context.Background()
	earned := map[string]money.Amount{}
	for id := range tasks {
		o, err := p.queue.Outcome(ctx, fmt.Sprint("t", id))
		if errors.Is(err, plan.ErrUnknown) {
			continue // never accepted
		}
		require.NoError(s, err)
		require.NotEqual(s, plan.StateDead, o.State, o.Reason)
		if last := o.Last(); o.State == plan.StateDone {
			require.NotZero(s, last.Deal, "it was bid for")
			earned[last.Agent.ID] += money.Amount(last.Price)
			sold++
		}
	}
	_, all, err := p.l.Balances()
	require.NoError(s, err)
	total, spent, paid := money.Amount(0), money.Amount(0), money.Amount(0)
	for slot, a := range all {
		total += a
		require.NotContains(s, string(slot.Account), "escrow:", "nothing is left in escrow")
		require.NotContains(s, string(slot.Account), "/held/", "nothing is left set aside")
	}
	require.Zero(s, total)
	fees, err := p.l.Balance(ledger.Fees, "credit")
	require.NoError(s, err)
	for agent := range wages {
		have, err := p.l.Balance(ledger.Available(agent), "credit")
		require.NoError(s, err)
		paid += have
		spent += earned[agent]
		require.LessOrEqual(s, have, earned[agent])
	}
	left, err := p.l.Balance(ledger.Available("ann"), "credit")
	require.NoError(s, err)
	require.Equal(s, spent, paid+fees, "agents have what they earned, less the fees")
	require.Equal(s, money.Amount(purseOfBuyer)-spent, left, "and that is what was spent")
	_, err = p.l.Verify(ctx)
	require.NoError(s, err)
	rows, cost, err := p.costs.Rollups(ctx, cost.ByAgent)
	require.NoError(s, err)
	require.Equal(s, spent, cost, "each settlement is a cost, once")
	for _, r := range rows {
		require.Equal(s, earned[strings.TrimPrefix(r.Name, "ann/")], r.Cost)
	}
	return sold
}
