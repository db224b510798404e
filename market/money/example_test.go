// SPDX-License-Identifier: Apache-2.0

package money_test

import (
	"errors"
	"fmt"

	"mabeam.dev/market/money"
)

func Example() {
	price, _ := money.Parse("19.99")
	fee, _ := money.MulDiv(price, 3, 100, money.Down)
	rest, _ := price.Sub(fee)
	parts, _ := money.Split(rest, []int64{1, 1, 1})
	fmt.Println("fee", fee, "rest", rest, "parts", parts)

	_, err := money.Parse("0.0000001")
	fmt.Println(errors.Is(err, money.ErrPrecision))
	// Output:
	// fee 0.5997 rest 19.3903 parts [6.463434 6.463433 6.463433]
	// true
}
