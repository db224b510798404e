// SPDX-License-Identifier: Apache-2.0

package market_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/market"
	"mabeam.dev/market/listing"
	"mabeam.dev/market/money"
	"mabeam.dev/market/stake"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

func TestAMarketThatFailsIsHaltedAndRecoversStepByStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := dealing(t)
		ctx := t.Context()
		s, err := market.NewSecurity(market.SecurityOptions{Name: "security", Stream: "market/security", Journal: b.m, Deals: b.d})
		require.NoError(t, err)
		bus := telemetry.NewBus()
		var levels []stake.Level
		alerts := map[string]bool{}
		t.Cleanup(telemetry.Subscribe(bus, "level", func(e market.StressChanged) { levels = append(levels, e.To) }))
		t.Cleanup(telemetry.Subscribe(bus, "alert", func(e market.SecurityAlerted) { alerts[e.Alert.Name] = e.Alert.Raised }))
		sys := actors.New(actors.Options{Events: bus})
		t.Cleanup(func() { assert.NoError(t, sys.Close(context.Background())) })
		sup, err := supervision.Start(sys, "brake", supervision.Spec{Children: []supervision.Child{s.Child()}})
		require.NoError(t, err)
		n := 0
		trade := func(many int, good bool) {
			for range many {
				n++
				what := listing.Terms{ID: fmt.Sprint(n), Buyer: "bob", Provider: "ann", Price: money.Unit}
				_, err := b.d.Fund(ctx, what)
				require.NoError(t, err)
				if !good {
					_, err = b.d.Abandon(ctx, what.ID, "ann", "no")
				} else if _, err = b.d.Deliver(ctx, what.ID, "ann", listing.Delivery{}); err == nil {
					_, err = b.d.Accept(ctx, what.ID, "bob", nil)
				}
				require.NoError(t, err)
			}
			time.Sleep(11 * time.Second)
		}
		trade(12, true)
		assert.Equal(t, stake.Normal, s.Level())
		trade(8, true)
		trade(12, false)
		assert.Equal(t, stake.Halt, s.Level())
		synctest.Wait()
		assert.True(t, alerts["failed"])
		_, err = b.d.Fund(ctx, terms("x"))
		require.ErrorIs(t, err, market.ErrHalted)
		inner, err := supervision.Of(sup.Child("security"))
		require.NoError(t, err)
		inner.Child("level").Kill()
		time.Sleep(time.Minute)
		assert.Equal(t, stake.Halt, s.Level(), "a restart does not release the brake")
		time.Sleep(5 * time.Minute)
		assert.Equal(t, stake.Recovering, s.Level())
		_, err = b.d.Fund(ctx, terms("x"))
		require.NoError(t, err)
		time.Sleep(6 * time.Minute)
		assert.Equal(t, stake.Normal, s.Level())
		synctest.Wait()
		assert.Equal(t, []stake.Level{stake.Halt, stake.Recovering, stake.Normal}, levels)
		assert.False(t, alerts["failed"])
	})
}

func TestOptionsOfSecurityNameEverythingThatIsMissing(t *testing.T) {
	_, err := market.NewSecurity(market.SecurityOptions{Levels: stake.StressSpec{Calm: 5}})
	for _, missing := range []string{"no name", "no stream", "no journal", "no deals", "Calm"} {
		assert.ErrorContains(t, err, missing)
	}
}
