// SPDX-License-Identifier: Apache-2.0

package conform_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/testkit/conform"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the traces of the quirk scripts, which are our own")

func scripts(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata/scripts", dir, "*.txt"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

func run(t *testing.T, path string) string {
	t.Helper()
	script, err := conform.ParseFile(path)
	require.NoError(t, err)
	trace, err := conform.Run(context.Background(), script, conform.NewPure())
	require.NoError(t, err)
	return trace
}

func golden(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(strings.Replace(path, "scripts", "traces", 1))
	require.NoError(t, err)
	return string(text)
}

func TestEveryScriptHasTheTraceOfOTP(t *testing.T) {
	for _, path := range scripts(t, "") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			assert.Equal(t, golden(t, path), run(t, path))
		})
	}
}

// OTP's own traces differ here: these scripts show defects of it.
func TestQuirksOfOTPAreNotCopied(t *testing.T) {
	for _, path := range scripts(t, "quirks") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			trace := run(t, path)
			if *rewrite {
				require.NoError(t, os.WriteFile(strings.Replace(path, "scripts", "traces", 1), []byte(trace), 0o644))
			}
			assert.Equal(t, golden(t, path), trace)
		})
	}
}
