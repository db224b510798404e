// SPDX-License-Identifier: Apache-2.0

package predict_test

import (
	"fmt"

	"mabeam.dev/market/money"
	"mabeam.dev/market/predict"
)

func Example() {
	spec := predict.Spec{Outcomes: []string{"done", "late"}, Liquidity: 100 * money.Unit}
	m, _ := predict.New(spec)
	bought, _ := m.Trade(1, "ann", 0, 40*money.Unit, 25*money.Unit)
	fmt.Println("ann pays", bought.Paid, "and the market says", m.Price(0))

	_, _ = m.Shut(2)
	_, _ = m.Propose(3, 0)
	_, _ = m.Confirm(4)
	pays, left, _ := m.Settle()
	fmt.Println(pays, "of", m.Taken(), "and", spec.Subsidy(), "left", left)
	// Output:
	// ann pays 21.986807 and the market says 0.598687
	// [{ann 40}] of 21.986807 and 69.314721 left 51.301528
}
