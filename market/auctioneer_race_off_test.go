// SPDX-License-Identifier: Apache-2.0

//go:build !race

package market_test

import "os"

// stride is how many points of a sale lie between two at which it is ended: every fourth is tried, and with MABEAM_TEST_POINTS=all each.
var stride = func() int {
	if os.Getenv("MABEAM_TEST_POINTS") == "all" {
		return 1
	}
	return 4
}()
