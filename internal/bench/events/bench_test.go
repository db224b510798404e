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
	require.NoError(t, run([]string{"-appends", "600", "-n", "3000", "-dir", dir, "-out", dir}, &out, io.Discard))
	for _, want := range []string{"512 appenders, p99", "batches of 256", "replay", "query by correlation, 10 events, p99", "migration", "retention"} {
		assert.Contains(t, out.String(), want)
	}
	b, err := os.ReadFile(filepath.Join(dir, "events.json"))
	require.NoError(t, err)
	assert.Contains(t, string(b), "durable append, 64 appenders")
	left, err := filepath.Glob(filepath.Join(dir, "bench-events-*"))
	require.NoError(t, err)
	assert.Empty(t, left, "the stores are removed")
	assert.ErrorIs(t, run([]string{"-n", "0"}, io.Discard, io.Discard), benchtab.ErrUsage)
}
