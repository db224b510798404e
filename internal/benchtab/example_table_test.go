// SPDX-License-Identifier: Apache-2.0

package benchtab_test

import (
	"fmt"
	"os"

	"mabeam.dev/internal/benchtab"
)

func ExampleTable_Render() {
	t := benchtab.New("kernel")
	t.Add(benchtab.Row{
		Measure: "tell", Value: 61, Unit: "ns/op",
		Baseline: 50, BaselineName: "raw send", Goal: benchtab.RatioAtMost(1.15),
	})
	if err := t.Render(os.Stdout); err != nil {
		fmt.Println(err)
	}
	fmt.Println(len(t.Missed()), "missed")
	// Output:
	// measure  value  unit   baseline       ratio  goal      met
	// tell     61     ns/op  50 (raw send)  1.22x  <= 1.15x  NO
	// 1 missed
}
