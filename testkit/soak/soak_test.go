// SPDX-License-Identifier: Apache-2.0

package soak_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/testkit/soak"
)

// soakEnv is how long the soak runs, such as 10m.
const soakEnv = "MABEAM_TEST_SOAK"

// grown is how many bytes a run may take more than when it was warm; under the race detector, where pools drop what they hold, nobody looks.
func grown(bytes int64) int64 {
	if raceDetector {
		return -1
	}
	return bytes
}

// soakLength returns how long the soak runs; the test is skipped if there is none.
func soakLength(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv(soakEnv)
	if text == "" {
		t.Skipf("a soak takes as long as %s says, such as 10m ('make soak')", soakEnv)
	}
	length, err := time.ParseDuration(text)
	require.NoError(t, err, soakEnv)
	return length
}

func TestSoakTreeUnderFaultsAccountsForEveryMessage(t *testing.T) {
	report, err := soak.Run(t.Context(), soak.Plan{
		Processes: 10_000, Length: soakLength(t), Seed: uint64(time.Now().UnixNano()), Grown: grown(0),
		Told: func(row soak.Row) { t.Log(row) },
	})
	summary += report.String()
	t.Log(summary)
	require.NoError(t, err)
}

// The soak on a small scale.
func TestATreeUnderFaultsAccountsForEveryMessage(t *testing.T) {
	report, err := soak.Run(t.Context(), soak.Plan{Processes: 500, Round: 20_000, Seed: 7, Grown: grown(0)})
	t.Log(report)
	require.NoError(t, err)
	n := report.End
	assert.Equal(t, n.Sent, n.Handled+n.Dead+n.Refused)
	for what, count := range map[string]int64{
		"dead": n.Dead, "refused": n.Refused, "ended": n.Ended, "timed out": n.TimedOut, "call refused": n.CallRefused,
		"by crash": n.ByCrash, "void": n.Void, "crashes": n.Crashes, "kills": n.Kills, "hangs": n.Hangs,
	} {
		assert.Positive(t, count, "%s: the load must have what the books are kept of", what)
	}
}

func TestTooSmallATreeIsRefused(t *testing.T) {
	_, err := soak.Run(context.Background(), soak.Plan{Processes: 10})
	assert.EqualError(t, err, "soak: run: 10 processes are too few: at least 100")
}
