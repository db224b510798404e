// SPDX-License-Identifier: Apache-2.0

package cost_test

import (
	"fmt"
	"time"

	"mabeam.dev/market/cost"
	"mabeam.dev/market/money"
)

func Example() {
	b := cost.New()
	now := time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	do := func(c cost.Command) cost.Result {
		c.At = now
		r, err := b.Apply(c)
		if err != nil {
			fmt.Println(err)
		}
		return r
	}
	do(cost.Command{Price: &cost.Price{Kind: "tokens", Amount: money.Unit / 100, Per: 1000}}) // a cent for a thousand
	do(cost.Command{Limit: &cost.Limit{Path: "acme/research", Amount: money.Unit}})
	do(cost.Command{Reserve: &cost.Reserve{ID: "task/7", Path: "acme/research/writer", Amount: money.Unit / 2}})
	r := do(cost.Command{Usage: &cost.Usage{ID: "u/1", Tenant: "acme", Team: "research", Agent: "writer", Kind: "tokens", Quantity: 12345, Reservation: "task/7"}})
	fmt.Println("cost", r.Cost)
	do(cost.Command{Reserve: &cost.Reserve{ID: "task/8", Path: "acme/research/writer", Amount: money.Unit}})
	// Output:
	// cost 0.12345
	// cost: reserve 1 at "acme/research": 0.5 is left
}
