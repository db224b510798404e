// SPDX-License-Identifier: Apache-2.0

package wdp_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/market/wdp"
	"mabeam.dev/market/wdp/cert"
	"mabeam.dev/market/wdp/instances"
)

func TestEveryKnownProblemIsSolvedToItsProvenOptimum(t *testing.T) {
	known, err := instances.Known()
	require.NoError(t, err)
	require.Len(t, known, 24)
	for _, c := range known {
		r, err := wdp.Solve(c.Problem, wdp.Options{Proof: true})
		require.NoError(t, err)
		require.Equal(t, wdp.Optimal, r.Status, c.Problem.Name)
		require.Equal(t, c.Answer.Revenue, r.Revenue, c.Problem.Name)
		require.Equal(t, r.Revenue, r.Bound, c.Problem.Name)
		require.NoError(t, cert.Check(c.Problem, r.Proof), c.Problem.Name)
	}
}
