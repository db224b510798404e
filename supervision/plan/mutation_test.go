// SPDX-License-Identifier: Apache-2.0

package plan_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/supervision/plan"
	"mabeam.dev/testkit/conform"
)

const traces = "../../testkit/conform/testdata/"

// red counts the conformance scripts whose trace is not the recorded one.
func red(t *testing.T) (n int, names []string) {
	t.Helper()
	files, err := filepath.Glob(traces + "scripts/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, path := range files {
		script, err := conform.ParseFile(path)
		require.NoError(t, err)
		expected, err := os.ReadFile(strings.Replace(path, "scripts", "traces", 1))
		require.NoError(t, err)
		got, err := conform.Run(t.Context(), script, conform.NewPure()) // an error too is red: a defect may keep the tree busy for ever
		if err != nil || got != string(expected) {
			n++
			names = append(names, strings.TrimSuffix(filepath.Base(path), ".txt"))
		}
	}
	return n, names
}

func TestEveryDefectTurnsAConformanceScriptRed(t *testing.T) {
	n, names := red(t)
	require.Zero(t, n, "red without a defect: %v", names)
	t.Cleanup(func() { plan.Seed(0) })
	for defect := 1; defect <= plan.Defects; defect++ {
		plan.Seed(defect)
		n, names := red(t)
		assert.NotZero(t, n, "no script notices %s", plan.DefectName(defect))
		t.Logf("%-34s %2d red: %s", plan.DefectName(defect), n, strings.Join(names, " "))
	}
}
