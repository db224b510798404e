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
	reference := filepath.Join("..", "..", "..", "cognitive", "testdata", "reference")
	require.NoError(t, run([]string{"-quick", "-runs", "3", "-rounds", "1", "-reference", reference, "-out", dir}, &out, io.Discard))
	for _, want := range []string{"regret of auto in irregular_k5_s103, seeds 40000 to 40002", "labels of ensembles other", "steps below the floor of quality", "team of 20 agents", "geometric mean after 100 trials", "drift: geometric mean", "choice among 10 arms"} {
		assert.Contains(t, out.String(), want)
	}
	for _, goal := range []string{
		"read while 200 write, p50 of batches of 1,000, upper end of 95 %", "commits, buffered, a file with fsync, lower end of 95 %",
		"feedback to commit, 100000 reports a second, a journal that forgets, p99, upper end of 95 %", "overhead on units of 100 us, an agent on each core, upper end of 95 %",
		"proposal to commit by a vote of 50 agents, a journal that forgets, p50, upper end of 95 %", "idle variable among 100,000, besides its process and its history",
	} {
		r, err := benchtab.Read(filepath.Join(dir, "cognitive.json"))
		require.NoError(t, err)
		row, _ := r.Row(goal)
		_, known := row.Met()
		assert.True(t, known, goal)
	}
	grown, err := benchtab.Read(filepath.Join(dir, "variables.json"))
	require.NoError(t, err)
	for _, row := range grown.Rows {
		_, _, ok := benchtab.SplitAmong(row.Measure)
		assert.True(t, ok, row.Measure)
	}
	b, err := os.ReadFile(filepath.Join(dir, "cognitive.json"))
	require.NoError(t, err)
	assert.Contains(t, string(b), "auto behind any member")
	assert.ErrorIs(t, run([]string{"-runs", "0"}, io.Discard, io.Discard), benchtab.ErrUsage)
	assert.Error(t, run([]string{"-reference", dir, "-out", dir}, io.Discard, io.Discard))
}

func TestAnIntervalHoldsTheRatio(t *testing.T) {
	a, b := []float64{1, 2, 3, 4}, []float64{2, 4, 6, 8}
	low, high := paired(a, b)
	assert.InDelta(t, 0.5, low, 1e-12, "run by run the ratio is the same")
	assert.InDelta(t, 0.5, high, 1e-12)
	low, high = paired([]float64{1, 1, 3, 3}, []float64{2, 2, 2, 2})
	assert.Less(t, low, 1.0)
	assert.Greater(t, high, 1.0)
}
