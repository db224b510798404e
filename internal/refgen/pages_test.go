// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"mabeam.dev/internal/archtest"
)

// root is the module's directory: tests run in that of their package.
const root = "../.."

func TestCommittedPagesAreCurrent(t *testing.T) {
	texts, err := generate(root)
	require.NoError(t, err)
	for _, p := range pages {
		committed, err := os.ReadFile(filepath.Join(root, folder, p.name))
		require.NoError(t, err)
		if string(committed) != texts[p.name] {
			t.Errorf("%s/%s is out of date at %s: run make docs", folder, p.name, firstDifference(string(committed), texts[p.name]))
		}
	}
}

// firstDifference shows the first line in which a page differs from what it should be.
func firstDifference(committed, current string) string {
	was, is := strings.Split(committed, "\n"), strings.Split(current, "\n")
	for i := range max(len(was), len(is)) {
		var a, b string
		if i < len(was) {
			a = was[i]
		}
		if i < len(is) {
			b = is[i]
		}
		if a != b {
			return "\n  committed: " + a + "\n  current:   " + b + "\n"
		}
	}
	return "no line"
}

func TestEveryExportedIdentifierHasACommentThatNamesIt(t *testing.T) {
	for _, v := range undocumented(repository(t)) {
		t.Error(v)
	}
}

func TestEveryLevelThatAnEventChoosesIsNamedInTheComment(t *testing.T) {
	all, errs := repository(t).events()
	require.Empty(t, errs)
	require.NotEmpty(t, all)
	for _, e := range all {
		for _, level := range e.levels {
			assert.Contains(t, e.methods["LogLevel"].Doc.Text(), level, "%s.%s", e.pkg.path, e.typ.name)
		}
	}
}

// The archive is a module in which everything is wrong; its file "want" lists what must be found.
func TestEveryFaultOfADefinitionIsReportedWithItsPlace(t *testing.T) {
	s, want := planted(t, "testdata/wrong.txtar")
	errs := slices.Clone(s.errs)
	for _, render := range []func(*source) (string, error){errorsPage, eventsPage, messagesPage, metricsPage} {
		_, err := render(s)
		errs = append(errs, err)
	}
	got := strings.Split(errors.Join(append(errs, undocumented(s)...)...).Error(), "\n")
	slices.Sort(got)
	assert.Equal(t, want, got)
}

func TestNothingIsWrittenWhenADefinitionIsWrong(t *testing.T) {
	dir := unpack(t, "testdata/wrong.txtar")
	require.Error(t, run(dir))
	assert.NoDirExists(t, filepath.Join(dir, "docs"))
}

func repository(t *testing.T) *source {
	t.Helper()
	m, err := archtest.Load(root)
	require.NoError(t, err)
	return read(m)
}

// planted reads the module of an archive and the lines of its file "want", sorted.
func planted(t *testing.T, archive string) (*source, []string) {
	t.Helper()
	dir := unpack(t, archive)
	want, err := os.ReadFile(filepath.Join(dir, "want"))
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(want)), "\n")
	slices.Sort(lines)
	m, err := archtest.Load(dir)
	require.NoError(t, err)
	return read(m), lines
}

// unpack writes an archive into a directory of its own, where go list can read it without any module that is not there.
func unpack(t *testing.T, name string) string {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	require.NoError(t, err)
	dir := t.TempDir()
	for _, f := range append(archive.Files, txtar.File{Name: "go.mod", Data: []byte("module mabeam.dev\n\ngo 1.26\n")}) {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, f.Data, 0o644))
	}
	t.Setenv("GOPROXY", "off")
	t.Setenv("GOFLAGS", "-mod=mod")
	return dir
}
