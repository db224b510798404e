// SPDX-License-Identifier: Apache-2.0

package protocols_test

import "flag"

var (
	seeds = flag.Int("seeds", 200, "how many seeds simulations run")
	start = flag.Int("start", 1, "the first seed")
)
