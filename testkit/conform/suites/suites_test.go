// SPDX-License-Identifier: Apache-2.0

package suites_test

import (
	"flag"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/testkit/conform/suites"
)

var update = flag.Bool("update", false, "write docs/conformance/README.md")

const (
	// root is the module's directory: tests run in that of their package.
	root   = "../../.."
	folder = "docs/conformance"
)

// pages reads the tables; those with faults are returned too.
func pages(t *testing.T) (tables []suites.Table, faults []error) {
	t.Helper()
	tree := os.DirFS(root)
	names, err := fs.Glob(tree, folder+"/*.md")
	require.NoError(t, err)
	for _, name := range names {
		if path.Base(name) == suites.IndexPage {
			continue
		}
		text, err := fs.ReadFile(tree, name)
		require.NoError(t, err)
		table, err := suites.Parse(name, string(text))
		if err != nil {
			faults = append(faults, err)
		}
		tables = append(tables, table)
	}
	require.NotEmpty(t, tables)
	return tables, faults
}

func TestEveryCaseNamesATestThatExistsOrAReason(t *testing.T) {
	tables, faults := pages(t)
	for _, fault := range faults {
		t.Error(fault)
	}
	tests := suites.NewTests(os.DirFS(root))
	for _, table := range tables {
		if err := table.Check(tests); err != nil {
			t.Error(err)
		}
	}
}

func TestTheIndexCountsEveryTable(t *testing.T) {
	tables, _ := pages(t)
	page := filepath.Join(root, filepath.FromSlash(folder), suites.IndexPage)
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(suites.Index(tables)), 0o644))
	}
	shown, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.Equal(t, suites.Index(tables), string(shown), "run go test ./testkit/conform/suites -run Index -update")
}
