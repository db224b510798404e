// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// planted writes the archive into a directory of its own and returns that.
func planted(t *testing.T) string {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/planted.txtar")
	require.NoError(t, err)
	dir := t.TempDir()
	for _, f := range archive.Files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644))
	}
	t.Setenv("GOPROXY", "off")
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOWORK", "off")
	return dir
}

func TestAKilledMutantAndASurvivorAreToldApart(t *testing.T) {
	dir := planted(t)
	before, err := os.ReadFile(filepath.Join(dir, "larger.go"))
	require.NoError(t, err)
	var out, errs bytes.Buffer
	status := run([]string{filepath.Join(dir, "list.txt")}, dir, &out, &errs)
	assert.Equal(t, statusUnnoticed, status)
	assert.Empty(t, errs.String())
	assert.Equal(t, `. without a mutant: tests that pass: 1
smaller         killed              1  TestLarger
equals-swapped  SURVIVED          no test notices: of two equal numbers the other one is returned
mutants: 2 tried: 1 killed, 1 survived (TIME)
`, regexp.MustCompile(`\(\d+s\)`).ReplaceAllString(out.String(), "(TIME)"))
	after, err := os.ReadFile(filepath.Join(dir, "larger.go"))
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after), "the source is not written to")
}

func TestWhatCannotBeTriedIsRefusedBeforeAnyMutant(t *testing.T) {
	dir := t.TempDir()
	list := filepath.Join(dir, "list.txt")
	require.NoError(t, os.WriteFile(list, []byte("tests . ^T$\nmutant a: wrong\n@@ a.go\n-x\n"), 0o644))
	for name, args := range map[string][]string{
		"no list":             {},
		"two lists":           {list, list},
		"unknown flag":        {"-all", list},
		"list is not there":   {filepath.Join(dir, "none.txt")},
		"no such mutant":      {"-only", "^b$", list},
		"not a regexp":        {"-only", "(", list},
		"tests fail as it is": {list}, // there is no module
	} {
		var out, errs bytes.Buffer
		assert.Equal(t, statusUnusable, run(args, dir, &out, &errs), name)
		assert.Empty(t, out.String(), name)
		assert.NotEmpty(t, errs.String(), name)
	}
}
