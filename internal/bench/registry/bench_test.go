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
	require.NoError(t, run([]string{"-n", "300", "-calls", "200", "-for", "20ms", "-out", dir}, &out, io.Discard))
	for _, want := range []string{"look-up of a random agent, 300 agents", "composite with order", "register, published", "beside 1,000 watches", "memory"} {
		assert.Contains(t, out.String(), want)
	}
	b, err := os.ReadFile(filepath.Join(dir, "registry.json"))
	require.NoError(t, err)
	assert.Contains(t, string(b), "register in batches")
	assert.ErrorIs(t, run([]string{"-n", "0"}, io.Discard, io.Discard), benchtab.ErrUsage)
	assert.Equal(t, "1,000,000", thousands(1_000_000))
}
