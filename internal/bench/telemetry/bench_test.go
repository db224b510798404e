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
	require.NoError(t, run([]string{"-rounds", "3", "-out", dir}, &out, io.Discard))
	for _, want := range []string{"tell, no sink", "tell, recorder", "tell, prometheus", "tell, everything", "figure of an agent", "emit, nobody listens", "evaluation of a rule"} {
		assert.Contains(t, out.String(), want)
	}
	_, err := os.Stat(filepath.Join(dir, "telemetry.json"))
	require.NoError(t, err)
	assert.ErrorIs(t, run([]string{"-rounds", "0"}, io.Discard, io.Discard), benchtab.ErrUsage)
}
