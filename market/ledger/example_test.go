// SPDX-License-Identifier: Apache-2.0

package ledger_test

import (
	"errors"
	"fmt"

	"mabeam.dev/market/ledger"
	"mabeam.dev/market/money"
)

func Example() {
	b := ledger.New()
	apply := func(t ledger.Transaction) {
		if _, err := b.Apply(t); err != nil {
			fmt.Println(err, errors.Is(err, ledger.ErrInsufficientFunds))
		}
	}
	apply(ledger.Open("open/ann", "ann"))
	apply(ledger.Open("open/bob", "bob"))
	apply(ledger.Deposit("deposit/1", "ann", money.Of(10*money.Unit, "credit")))
	apply(ledger.Set("bid/1", ledger.Hold{ID: "bid/1", Owner: "ann", Ref: "auction/7", Asset: "credit", Amount: 4 * money.Unit}))
	apply(ledger.Withdraw("withdraw/1", "ann", money.Of(7*money.Unit, "credit")))
	apply(ledger.Capture("settle/7", "bid/1", []ledger.Posting{{Account: ledger.Available("bob"), Asset: "credit", Amount: 3 * money.Unit}}))
	fmt.Println("ann", b.Balance(ledger.Available("ann"), "credit"), "bob", b.Balance(ledger.Available("bob"), "credit"))
	// Output:
	// ledger: apply "withdraw/1": ledger: take 7 credit from "ann/available": it has 6 true
	// ann 7 bob 3
}
