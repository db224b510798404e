// SPDX-License-Identifier: Apache-2.0

package shop_test

import (
	"testing"
	"testing/synctest"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/examples/shop"
	"mabeam.dev/testkit"
)

func TestPurchasesOfAMinuteAreOneReceipt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := testkit.System(t, actors.Options{})
		bank := testkit.NewProbe[shop.Receipt](t, sys, "bank")
		front := actors.MustSpawn(sys, "shop", func() actors.Behavior[shop.Message] { return &shop.Shop{Bank: bank.Ref()} })

		front.Tell(shop.Buy{What: "tea"})
		testkit.Advance(sys, 59*time.Second)
		front.Tell(shop.Buy{What: "milk"})
		bank.ExpectEqual(time.Second, shop.Receipt{Items: []string{"tea", "milk"}})

		front.Tell(shop.Buy{What: "jam"})
		bank.ExpectNone(time.Minute-1, nil) // to the nanosecond
		bank.ExpectEqual(1, shop.Receipt{Items: []string{"jam"}})
	})
}
