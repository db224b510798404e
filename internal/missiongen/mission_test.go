// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var twoRows = []Row{
	{ID: "AB-1", Area: "First", Named: "one thing"},
	{ID: "AB-2", Cluster: true, Area: "First", Named: "another"},
	{ID: "CD-1", Area: "Second", Named: "a third"},
}

func tree(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func TestCommittedPageIsCurrent(t *testing.T) {
	want, _, err := generate(os.DirFS("../.."))
	require.NoError(t, err)
	got, err := os.ReadFile("../../" + output)
	require.NoError(t, err)
	require.Empty(t, firstDifference(want, string(got)), "run make mission")
}

// firstDifference shows the first line in which two pages differ; empty if none does.
func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		var a, b string
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b || (i < len(w)) != (i < len(g)) {
			return fmt.Sprintf("line %d: the page has %q, the tests say %q", i+1, b, a)
		}
	}
	return ""
}

func TestListHoldsEveryRowOnce(t *testing.T) {
	rows, err := parseRows(rowsTSV)
	require.NoError(t, err)
	assert.Len(t, rows, 237)
	for _, broken := range []string{
		"", "x\n", "id\tcluster\tarea\tnamed\nA-1\tX\ta\tb\n", "id\tcluster\tarea\tnamed\nA-1\t-\ta\n",
		"id\tcluster\tarea\tnamed\nA-1\t-\ta\tb\nA-1\tC\ta\tc\n",
	} {
		_, err := parseRows(broken)
		assert.Error(t, err, "%q", broken)
	}
}

func TestClaimsAreCollectedFromAboveTestFunctions(t *testing.T) {
	claims, err := scan(tree(map[string]string{
		"a/a_test.go": `package a

// TestOne says more.
// Holds: AB-1, CD-1
func TestOne(t *testing.T) {}

// Holds: AB-1.
func FuzzTwo(f *testing.F) {}
`,
		"b/b_test.go":            "package b\n\n// Holds: AB-1\nfunc ExampleThing() {}\n",
		"b/b.go":                 "package b\n\n// Holds: NO-1\nfunc TestNot() {}\n",
		"b/testdata/old_test.go": "package x\n\n// Holds: NO-1\nfunc TestNot() {}\n",
	}), twoRows)
	require.NoError(t, err)
	assert.Equal(t, Claims{"AB-1": {"a FuzzTwo", "a TestOne", "b ExampleThing"}, "CD-1": {"a TestOne"}}, claims)
	text := page(twoRows, claims)
	assert.Contains(t, text, "2 of 3 rows are held, 2 of the 2 that one node is enough for")
	assert.Contains(t, text, "| AB-1 | one thing | `a FuzzTwo`, `a TestOne`, `b ExampleThing` |")
	assert.Contains(t, text, "| AB-2 [C] | another | open |")
}

func TestEveryWrongClaimIsReportedWithItsPlace(t *testing.T) {
	_, err := scan(tree(map[string]string{
		"a/a_test.go": `package a

// Holds: NO-7, AB-1, AB-1
func TestOne(t *testing.T) {}

// Holds: AB-2
var x = 1

// Holds: AB-2
func helper() {}

// Holds:
func TestTwo(t *testing.T) {
	// Holds: CD-1
}

// Holds: CD-1
func Testify() {}
`,
		"b/b_test.go": "package b\nfunc {",
	}), twoRows)
	require.Error(t, err)
	for _, want := range []string{
		`a/a_test.go:3: "NO-7" is not a row`,
		"a/a_test.go:3: AB-1 is claimed twice",
		"a/a_test.go:6: a claim must stand right above a test function",
		"a/a_test.go:9: a claim must stand right above",
		`a/a_test.go:12: "" is not a row`,
		"a/a_test.go:14: a claim must stand right above",
		"a/a_test.go:17: a claim must stand right above",
		"b/b_test.go:2:6",
	} {
		assert.ErrorContains(t, err, want)
	}
	assert.Equal(t, 8, strings.Count(err.Error(), "\n")+1)
}

func TestNothingIsWrittenWhenAClaimIsWrong(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/x_test.go", []byte("package x\n\n// Holds: NO-1\nfunc TestX() {}\n"), 0o644))
	require.Error(t, run(dir))
	assert.NoFileExists(t, dir+"/"+output)

	require.NoError(t, os.WriteFile(dir+"/x_test.go", []byte("package x\n\n// Holds: REG-1\nfunc TestX() {}\n"), 0o644))
	require.NoError(t, run(dir))
	assert.FileExists(t, dir+"/"+output)
}
