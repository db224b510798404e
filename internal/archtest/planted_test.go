// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every archive in testdata is a module with planted violations. Its file "want" lists exactly what must be found, its
// comment says what was planted.
func TestPlantedViolationsAreFound(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			m, want := unpack(t, name)
			var got strings.Builder
			for _, v := range Check(m, Exceptions) {
				got.WriteString(v.String() + "\n")
			}
			assert.Equal(t, want, got.String())
		})
	}
}

func TestExceptionThatExcusesNothingIsAViolation(t *testing.T) {
	m, _ := unpack(t, "testdata/clean.txtar")
	forgotten := Exception{Law: LawBackend, Where: "market", What: "modernc.org/sqlite", Why: "forgotten"}
	got := Check(m, append(slices.Clone(Exceptions), forgotten))
	require.Len(t, got, 1)
	assert.Equal(t, LawException, got[0].Law)
}

func TestLongestPatternDecidesTheRow(t *testing.T) {
	for pkg, layer := range map[string]string{
		"supervision": "L2", "supervision/plan": "L0 pure", "market": "L5", "market/auction": "L0 pure",
		"agents/exec": "L4", "agents/exec/protocol": "L0 pure", "agents/exec/program": "L4",
		"telemetry": "L0 base", "telemetry/prom": "Adapters", "telemetry/collect": "L3", "cmd/runtime/app": "L8",
	} {
		row, ok := RowOf(pkg)
		require.True(t, ok, pkg)
		assert.Equal(t, layer, row.Layer, pkg)
	}
	_, ok := RowOf("util")
	assert.False(t, ok)
}

// unpack writes an archive into a directory of its own, where go list can read it without any module that is not there.
func unpack(t *testing.T, name string) (*Module, string) {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	require.NoError(t, err)
	dir := t.TempDir()
	want := ""
	for _, f := range archive.Files {
		if f.Name == "want" {
			want = string(f.Data)
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, f.Data, 0o644))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module mabeam.dev\n\ngo 1.26\n"), 0o644))
	t.Setenv("GOPROXY", "off")
	t.Setenv("GOFLAGS", "-mod=mod")
	m, err := Load(dir)
	require.NoError(t, err)
	return m, want
}
