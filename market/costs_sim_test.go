// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/events"
	eventmemory "mabeam.dev/events/memory"
	"mabeam.dev/internal/node/marketlog"
	"mabeam.dev/market"
	"mabeam.dev/market/cost"
	"mabeam.dev/market/money"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
	"mabeam.dev/testkit/sim"
)

// In any order of turns and faults: agents that repeat each command until it is answered have each usage charged once, each reservation granted
// and ended once, and every crossing is told at least once and no more often than the process was started.
func TestEachUsageIsChargedOnceInAnyOrderOfTurnsAndFaults(t *testing.T) {
	const tasks = 5
	sim.Explore(t, *seeds/2, func(s *sim.Sim) {
		bus := telemetry.NewBus()
		sys := s.NewSystem(actors.Options{Events: bus})
		told, lives := map[int]int{}, 0
		telemetry.Subscribe(bus, "test", func(e market.BudgetAlerted) { told[e.Percent]++ })
		telemetry.Subscribe(bus, "test", func(market.ProcessRecovered) { lives++ })
		j := events.NewJournal(eventmemory.New(eventmemory.Options{Now: s.Now}), events.JournalOptions{Entropy: s.Entropy("ids")})
		c, err := market.NewCosts(market.CostsOptions{Name: "costs", Stream: "market/costs", Journal: marketlog.New(j), Alerts: cost.AlertRules{Ahead: -1}})
		require.NoError(s, err)
		_, err = supervision.Start(sys, "node", supervision.Spec{
			Intensity: supervision.Intensity{Max: 1000, Within: time.Second},
			Children: []supervision.Child{
				supervision.Worker(j.Name(), j.Behavior, j.ProcessOptions()...),
				supervision.Worker(c.Name(), c.Behavior, c.ProcessOptions()...),
			},
		})
		require.NoError(s, err)
		s.Fault(sim.Space{
			Kinds:     []sim.FaultKind{sim.Crash, sim.CrashAfter, sim.Kill, sim.FailStart, sim.Hang},
			Processes: []string{"/node/journal", "/node/costs"}, MaxFor: time.Second,
		}.Draw(s.Rand("plan"), 5)...)
		// until repeats a command until it is answered. The limit leaves room for all of them.
		until := func(x *actors.Context[int], do cost.Command) error {
			for {
				ctx, stop := x.WithTimeout(5 * time.Second)
				_, err := c.Do(ctx, do)
				stop()
				if err == nil {
					return nil
				}
				if err := sys.Sleep(x, 100*time.Millisecond); err != nil {
					return err
				}
			}
		}
		finished := 0
		actors.MustSpawn(sys, "house", actors.Stateless(func(x *actors.Context[int], _ int) error {
			for _, do := range []cost.Command{{Price: &cost.Price{Kind: "tokens", Amount: 1, Per: 1}}, {Limit: &cost.Limit{Path: "acme", Amount: 90}}} {
				if err := until(x, do); err != nil {
					return err
				}
			}
			for _, who := range []string{"ann", "bob"} {
				actors.MustSpawn(x, who, actors.Stateless(func(x *actors.Context[int], _ int) error {
					for i := range tasks {
						id := fmt.Sprint(who, "/", i)
						u := cost.Usage{ID: id, Tenant: "acme", Agent: who, Kind: "tokens", Quantity: 7, Reservation: id}
						for _, do := range []cost.Command{{Reserve: &cost.Reserve{ID: id, Path: "acme/" + who, Amount: 10}}, {Usage: &u}, {Commit: &cost.Commit{ID: id, Actual: 1}}} {
							if err := until(x, do); err != nil {
								return err
							}
						}
					}
					finished++
					return nil
				})).Tell(0)
			}
			return nil
		})).Tell(0)
		s.Advance(time.Minute)
		s.Calm()
		s.Advance(10 * time.Minute)
		assert.Equal(s, 2, finished)
		rollups, total, err := c.Rollups(s.Context(), cost.ByAgent)
		require.NoError(s, err)
		assert.Equal(s, []cost.Rollup{{Name: "acme/ann", Usages: tasks, Cost: 7 * tasks}, {Name: "acme/bob", Usages: tasks, Cost: 7 * tasks}}, rollups)
		assert.Equal(s, money.Amount(2*7*tasks), total)
		all, err := c.Budgets(s.Context(), "acme")
		require.NoError(s, err)
		assert.Equal(s, cost.Budget{Path: "acme", Limited: true, Limit: 90, Spent: 80, Left: 10}, all[0])
		for _, percent := range []int{50, 80} {
			assert.Positive(s, told[percent])
			assert.LessOrEqual(s, told[percent], lives)
		}
		assert.Zero(s, told[100])
	})
}
