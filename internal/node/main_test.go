// SPDX-License-Identifier: Apache-2.0

package node_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain bids, votes or lives by variables when the test binary was started as an agent's program.
func TestMain(m *testing.M) {
	if role := os.Getenv(bidderRole); role != "" {
		bids(role)
		os.Exit(0)
	}
	if role := os.Getenv(voterRole); role != "" {
		votes(role)
		os.Exit(0)
	}
	if role := os.Getenv(sharerRole); role != "" {
		shares(role)
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}
