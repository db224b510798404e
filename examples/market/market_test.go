// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/agents/work/lines"
	"mabeam.dev/cmd/runtime/app"
)

// The node of the example hashes every file; the agent that fails is never paid, and nothing is paid above the ceiling.
func TestTheExampleBuysItsChecksums(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"market.yaml", "tasks.jsonl"} {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	t.Chdir(dir)
	t.Setenv("XDG_RUNTIME_DIR", dir)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	var out, said bytes.Buffer
	code := app.Run(ctx, app.World{Args: []string{"run", "-c", "market.yaml"}, Stdin: &bytes.Buffer{}, Stdout: &out, Stderr: &said}, app.Kind(checksum()))
	require.Zero(t, code, "%s%s", out.String(), said.String())
	results, err := os.ReadFile("results.jsonl")
	require.NoError(t, err)
	n := 0
	for line := range bytes.Lines(results) {
		o, err := lines.ParseOutcome(line)
		require.NoError(t, err)
		n++
		assert.Equal(t, "done", o.Outcome)
		last := o.Attempts[len(o.Attempts)-1]
		assert.NotEqual(t, "hasty", last.Agent)
		assert.Positive(t, last.Price)
		assert.LessOrEqual(t, last.Price, int64(2_000_000))
	}
	require.Equal(t, 8, n)
}
