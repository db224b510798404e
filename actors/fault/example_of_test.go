// SPDX-License-Identifier: Apache-2.0

package fault_test

import (
	"errors"
	"fmt"

	"mabeam.dev/actors/fault"
)

var errFull = fault.New(6301, "events: busy")

func ExampleOf() {
	err := fmt.Errorf("save order 7: %w", errFull)
	f := fault.Of(err)
	fmt.Println(f.Code, f.Severity, f.Retry)
	wait, again := f.Retry.Delay(3, nil)
	fmt.Println(wait, again, errors.Is(err, errFull))
	// Output:
	// E6301 medium exponential from 10ms to 1s
	// 40ms true true
}

func ExampleAt() {
	err := fault.At(errFull, fault.Place{Agent: "shop-1", Correlation: "c-7"})
	f := fault.Of(fmt.Errorf("task failed: %w", err))
	fmt.Println(f.Text, f.Agent, f.Correlation)
	// Output: task failed: events: busy shop-1 c-7
}
