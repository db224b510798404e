// SPDX-License-Identifier: Apache-2.0

package conform_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"mabeam.dev/testkit/conform"
	"mabeam.dev/testkit/sim"
)

// Whatever the order in which processes take their turns, the trace is that of OTP. CONFORM_SEEDS says under how many seeds each script
// runs.
func TestEveryScriptHasTheTraceOfOTPInAnyOrderOfTurns(t *testing.T) {
	seeds := int(setting(t, "CONFORM_SEEDS", 50))
	for _, path := range scripts(t, "") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			script, err := conform.ParseFile(path)
			require.NoError(t, err)
			want := golden(t, path)
			sim.Explore(t, seeds, func(s *sim.Sim) {
				trace, err := conform.Run(context.Background(), script, conform.NewSimulated(s))
				require.NoError(s, err)
				require.Equal(s, want, trace)
			})
		})
	}
}
