// SPDX-License-Identifier: Apache-2.0

package byzantine_test

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/testkit/sim"
)

var (
	seeds = flag.Int("seeds", 50, "how many seeds simulations run")
	start = flag.Uint64("start", 1, "the first of them")
)

// explore runs body under the seeds that the flags name.
func explore(t *testing.T, body func(*sim.Sim)) {
	n := max(1, *seeds)
	if *start == 1 {
		sim.Explore(t, n, body)
		return
	}
	for seed := *start; seed < *start+uint64(n); seed++ {
		require.NoError(t, sim.Run(seed, body).Failure, "seed %d: run with -start=%d -seeds=1", seed, seed)
	}
}
