// SPDX-License-Identifier: Apache-2.0

package stake_test

import (
	"fmt"

	"mabeam.dev/market/money"
	"mabeam.dev/market/stake"
)

func Example() {
	s, _ := stake.New(stake.Spec{Appeals: 10})
	_, _ = s.Lock(0, "ann", 100*money.Unit)
	fmt.Println(s.Expose("ann", "deal-7", 120*money.Unit))
	_ = s.Expose("ann", "deal-7", 40*money.Unit)

	_, _ = s.Report(1, stake.Violation{ID: "v-1", Kind: "abandonment", Offender: "ann", Victim: "bob", Loss: 30 * money.Unit, Evidence: "deal-7"})
	taken, _ := s.Review(2, "v-1", true)
	paid, _ := s.Conclude(12, "v-1")
	fmt.Println(taken)
	fmt.Println(paid)
	// Output:
	// stake: "ann" has 100 at stake, needs 120
	// [{stake/ann pool/case/v-1 37}]
	// [{pool/case/v-1 bob/available 30} {pool/case/v-1 penalty 7}]
}
