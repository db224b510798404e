// SPDX-License-Identifier: Apache-2.0

package cognitive_test

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/testkit/sim"
)

var (
	seeds = flag.Int("seeds", sim.Seeds(100), "how many seeds each simulation runs")
	first = flag.Uint64("start", 1, "the first of them")
)

// explore runs body under the seeds that the flags name, or under a share of them.
func explore(t *testing.T, share int, body func(*sim.Sim)) {
	t.Helper()
	n := max(1, *seeds/share)
	if *first == 1 {
		sim.Explore(t, n, body)
		return
	}
	for seed := *first; seed < *first+uint64(n); seed++ {
		require.NoError(t, sim.Run(seed, body).Failure, "seed %d: run with -start=%d -seeds=%d", seed, seed, share)
	}
}
