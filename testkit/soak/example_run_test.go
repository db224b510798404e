// SPDX-License-Identifier: Apache-2.0

package soak_test

import (
	"context"
	"fmt"

	"mabeam.dev/testkit/soak"
)

// A short run on a small tree; its heap is not looked at.
func ExampleRun() {
	report, err := soak.Run(context.Background(), soak.Plan{Processes: 100, Round: 3000, Grown: -1})
	n := report.End
	fmt.Println(err, n.Sent > 0, n.Sent == n.Handled+n.Dead+n.Refused)
	// Output: <nil> true true
}
