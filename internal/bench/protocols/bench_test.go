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
	require.NoError(t, run([]string{"-quick", "-part", "0.001", "-out", dir}, &out, io.Discard))
	for _, want := range []string{
		"simple consensus of 5, volatile, p99", "simple consensus of 5, durable, p99", "hierarchical consensus of 1,000", "PBFT, signed, n = 16", "PBFT, MAC, n = 31",
		"256 operations a request", "durable votes", "uncontended", "hand-over among 64", "barrier of 1,000", "PBFT with MACs among 16",
	} {
		assert.Contains(t, out.String(), want)
	}
	for _, name := range []string{"protocols", "coordination"} {
		b, err := os.ReadFile(filepath.Join(dir, name+".json"))
		require.NoError(t, err)
		assert.Contains(t, string(b), "PBFT")
	}
	assert.ErrorIs(t, run([]string{"-part", "0"}, io.Discard, io.Discard), benchtab.ErrUsage)
}

func TestOneMeasureAloneLeavesTheOtherTable(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, run([]string{"-part", "0.001", "-only", "barrier", "-out", dir}, io.Discard, io.Discard))
	assert.FileExists(t, filepath.Join(dir, "protocols.json"))
	assert.NoFileExists(t, filepath.Join(dir, "coordination.json"))
	assert.ErrorContains(t, run([]string{"-only", "nothing", "-out", dir}, io.Discard, io.Discard), "nothing was measured")
}
