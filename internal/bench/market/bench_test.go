// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/internal/benchtab"
)

func TestAllMeasuresGiveRows(t *testing.T) {
	var out bytes.Buffer
	dir := t.TempDir()
	require.NoError(t, run([]string{"-quick", "-rounds", "1", "-out", dir}, &out, io.Discard))
	for _, want := range []string{"small-L1", "check of a proof", "payments other than the known ones", "regions-g20-b60-s1", "auctioneer, durable, 512 bidders", "auctions, 100 open", "reputation: an update, p99", "from created to settled"} {
		assert.Contains(t, out.String(), want)
	}
	b, err := os.ReadFile(filepath.Join(dir, "market.json"))
	require.NoError(t, err)
	assert.Contains(t, string(b), "solved to another optimum than the known one")
	assert.ErrorIs(t, run([]string{"-rounds", "0"}, io.Discard, io.Discard), benchtab.ErrUsage)
}
