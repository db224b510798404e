// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the layer table into ARCHITECTURE.md")

const (
	tableBegin = "<!-- layers: written by internal/archtest, do not edit -->\n"
	tableEnd   = "<!-- layers end -->\n"
)

// root is the module's directory: tests run in that of their package.
const root = "../.."

func TestTheHouseObeysItsLaws(t *testing.T) {
	m, err := Load(root)
	require.NoError(t, err)
	for _, v := range Check(m, Exceptions) {
		t.Error(v)
	}
}

func TestArchitecturePageShowsTheTable(t *testing.T) {
	page := filepath.Join(root, "ARCHITECTURE.md")
	data, err := os.ReadFile(page)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(data), tableBegin)
	require.True(t, ok, "ARCHITECTURE.md has no line %q", tableBegin)
	shown, after, ok := strings.Cut(rest, tableEnd)
	require.True(t, ok, "ARCHITECTURE.md has no line %q", tableEnd)
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(before+tableBegin+TableMarkdown()+tableEnd+after), 0o644))
		return
	}
	require.Equal(t, TableMarkdown(), shown, "run go generate ./internal/archtest")
}

func TestEveryRowHasAReasonAndNamesRowsBelowIt(t *testing.T) {
	below := map[string]bool{}
	for _, row := range Table {
		require.NotEmpty(t, row.Why, row.Layer)
		for _, name := range row.Imports {
			require.True(t, below[name], "%s imports %s, which does not stand above it in the list", row.Layer, name)
		}
		require.False(t, below[row.Layer], "%s is there twice", row.Layer)
		below[row.Layer] = true
	}
	for _, e := range Exceptions {
		require.NotEmpty(t, e.Why, e.Where)
	}
	for _, be := range Backends {
		require.NotEmpty(t, be.Why, be.Modules)
	}
}
