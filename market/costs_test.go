// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/market"
	"mabeam.dev/market/cost"
	"mabeam.dev/market/money"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// accounting starts costs under a supervisor with a price of 1 for a token and a limit of 100 for acme.
func accounting(t *testing.T, m *memory) (c *market.Costs, sup *supervision.Supervisor, told func() []string) {
	t.Helper()
	c, err := market.NewCosts(market.CostsOptions{Name: "costs", Stream: "market/costs", Journal: m, Alerts: cost.AlertRules{Ahead: -1}})
	require.NoError(t, err)
	bus := telemetry.NewBus()
	sys := actors.New(actors.Options{Events: bus})
	t.Cleanup(func() { assert.NoError(t, sys.Close(context.Background())) })
	var mu sync.Mutex
	var seen []string
	t.Cleanup(telemetry.Subscribe(bus, "test", func(e market.BudgetAlerted) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, fmt.Sprintf("%s %d%%", e.Path, e.Percent))
	}))
	t.Cleanup(telemetry.Subscribe(bus, "test", func(e market.BudgetOverrun) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, e.Path+" overrun")
	}))
	sup, err = supervision.Start(sys, "market", supervision.Spec{Children: []supervision.Child{supervision.Worker(c.Name(), c.Behavior, c.ProcessOptions()...)}})
	require.NoError(t, err)
	for _, do := range []cost.Command{{Price: &cost.Price{Kind: "tokens", Amount: 1, Per: 1}}, {Limit: &cost.Limit{Path: "acme", Amount: 100}}} {
		_, err := c.Do(t.Context(), do)
		require.NoError(t, err)
	}
	return c, sup, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), seen...)
	}
}

func used(id string, n int64) cost.Usage {
	return cost.Usage{ID: id, Tenant: "acme", Team: "red", Agent: "ann", Kind: "tokens", Quantity: n}
}

func TestCostsAndBudgetsOutliveTheirProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, sup, told := accounting(t, newMemory())
		_, err := c.Record(t.Context(), used("u1", 55))
		require.NoError(t, err)
		_, err = c.Reserve(t.Context(), cost.Reserve{ID: "r1", Path: "acme/red/ann", Amount: 30})
		require.NoError(t, err)
		time.Sleep(time.Minute)
		before, err := c.Budgets(t.Context(), "")
		require.NoError(t, err)
		sup.Child("costs").Kill()
		synctest.Wait()
		after, err := c.Budgets(t.Context(), "")
		require.NoError(t, err)
		assert.Equal(t, before, after)
		r, err := c.Record(t.Context(), used("u1", 55))
		require.NoError(t, err)
		assert.True(t, r.Already)
		_, err = c.Reserve(t.Context(), cost.Reserve{ID: "r2", Path: "acme/red/ann", Amount: 16})
		require.ErrorIs(t, err, cost.ErrBudgetExceeded)
		_, err = c.Commit(t.Context(), "r1", 50)
		require.NoError(t, err)
		rollups, total, err := c.Rollups(t.Context(), cost.ByAgent)
		require.NoError(t, err)
		assert.Equal(t, []cost.Rollup{{Name: "acme/ann", Usages: 1, Cost: 55}}, rollups)
		assert.Equal(t, money.Amount(55), total)
		time.Sleep(time.Minute)
		sup.Child("costs").Kill()
		synctest.Wait()
		time.Sleep(time.Minute)
		assert.Equal(t, []string{
			"acme 50%", "acme 50%", // the last event is told again by a successor
			"acme overrun", "acme 80%", "acme 100%", "acme 80%", "acme 100%",
		}, told())
		require.ErrorIs(t, c.Release(t.Context(), "r1"), cost.ErrReservationEnded)
		_, err = c.Forecast(t.Context(), "acme")
		require.ErrorIs(t, err, cost.ErrInsufficientData)
	})
}

func TestAReservationExpiresByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, _ := accounting(t, newMemory())
		_, err := c.Reserve(t.Context(), cost.Reserve{ID: "r1", Path: "acme", Amount: 100, Until: time.Now().Add(time.Minute)})
		require.NoError(t, err)
		time.Sleep(71 * time.Second)
		synctest.Wait()
		b, err := c.Budgets(t.Context(), "acme")
		require.NoError(t, err)
		assert.Equal(t, []cost.Budget{{Path: "acme", Limited: true, Limit: 100, Left: 100}}, b)
	})
}

func TestATickThatChangesNothingWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		accounting(t, m)
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.Len(t, m.types("market/costs"), 2)
	})
}

var reservations = flag.Int("reservations", 1600, "reservations of the test that nobody overspends")

// However many reserve, draw and commit at once, nothing is granted beyond the limit.
func TestNobodyOverspendsTogether(t *testing.T) {
	c, _, _ := accounting(t, newMemory())
	var mu sync.Mutex
	var held money.Amount
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			ctx := context.Background()
			rng := rand.New(rand.NewPCG(7, uint64(w)))
			for i := range *reservations / 16 {
				id, amount := fmt.Sprint(w, "/", i), money.Amount(1+rng.IntN(20))
				_, err := c.Reserve(ctx, cost.Reserve{ID: id, Path: fmt.Sprintf("acme/red/%d", w), Amount: amount})
				if err != nil {
					assert.ErrorIs(t, err, cost.ErrBudgetExceeded)
					continue
				}
				mu.Lock()
				held += amount // at most what is granted now: it is counted after the grant and before the end
				assert.LessOrEqual(t, held, money.Amount(100))
				mu.Unlock()
				runtime.Gosched()
				mu.Lock()
				held -= amount
				mu.Unlock()
				if rng.IntN(*reservations/30) == 0 { // so that most of the limit lasts to the end
					_, err = c.Commit(ctx, id, min(amount, 1))
				} else {
					err = c.Release(ctx, id)
				}
				assert.NoError(t, err)
			}
		})
	}
	wg.Wait()
	all, err := c.Budgets(context.Background(), "")
	require.NoError(t, err)
	for _, b := range all {
		assert.Zero(t, b.Reserved, b.Path)
		assert.False(t, b.Overrun)
	}
	assert.LessOrEqual(t, all[0].Spent, money.Amount(100))
}
