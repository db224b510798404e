// SPDX-License-Identifier: Apache-2.0

package shop_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/examples/shop"
	"mabeam.dev/testkit"
	"mabeam.dev/testkit/sim"
)

func TestEveryPurchaseIsInOneReceiptInAnyOrderOfTurns(t *testing.T) {
	sim.Explore(t, 200, func(s *sim.Sim) {
		sys := testkit.System(s, actors.Options{})
		bank := testkit.NewProbe[shop.Receipt](s, sys, "bank")
		front := actors.MustSpawn(sys, "shop", func() actors.Behavior[shop.Message] { return &shop.Shop{Bank: bank.Ref()} })
		none := testkit.Leaks(s, sys)

		var want, got []string
		delays := s.Rand("delays")
		for i := range 9 {
			what := fmt.Sprint("item", i)
			customer := actors.MustSpawn(sys, "", actors.Stateless(func(ctx *actors.Context[int], _ int) error {
				front.From(ctx).Tell(shop.Buy{What: what})
				return actors.Stop
			}))
			actors.SendAfter(sys, customer, time.Duration(delays.IntN(120))*time.Second, 0)
			want = append(want, what)
		}
		testkit.Advance(sys, time.Hour)
		for _, r := range bank.Messages() {
			got = append(got, r.Items...)
		}
		slices.Sort(got)
		require.Equal(s, want, got)
		none()
	})
}
