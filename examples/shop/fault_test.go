// SPDX-License-Identifier: Apache-2.0

package shop_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mabeam.dev/actors"
	"mabeam.dev/examples/shop"
	"mabeam.dev/supervision"
	"mabeam.dev/testkit"
)

func TestACrashLosesTheOpenReceiptAndNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := testkit.System(t, actors.Options{})
		bank := testkit.NewProbe[shop.Receipt](t, sys, "bank")
		faulty := testkit.NewFaulty(func() actors.Behavior[shop.Message] { return &shop.Shop{Bank: bank.Ref()} })
		sup, err := supervision.Start(sys, "street", supervision.Spec{
			Intensity: supervision.Intensity{Max: 3},
			Children:  []supervision.Child{supervision.Worker("shop", faulty.Start)},
		})
		require.NoError(t, err)
		front := supervision.ChildRef[shop.Message](sup, "shop")

		faulty.At(2, testkit.Crash) // the second message from now
		faulty.FailStarts(2)        // and then two starts
		front.Tell(shop.Buy{What: "tea"})
		front.Tell(shop.Buy{What: "milk"})
		for attempt := range 3 {
			restart := testkit.ExpectEvent[supervision.ChildRestarting](t, sys, 0, nil)
			require.Equal(t, attempt+1, restart.Attempt.N)
		}

		front.Tell(shop.Buy{What: "jam"})
		bank.ExpectEqual(time.Minute, shop.Receipt{Items: []string{"jam"}})
		bank.ExpectNone(time.Hour, nil)
		testkit.ExpectNoEvent[supervision.GaveUp](t, sys, 0, nil)
	})
}
