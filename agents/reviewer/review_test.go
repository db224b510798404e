// SPDX-License-Identifier: Apache-2.0

package reviewer

import (
	"context"
	"errors"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
}

func TestWhatCannotBeReadIsATypedError(t *testing.T) {
	dir := t.TempDir()
	var read *ReadError
	_, err := Review(t.Context(), Package{Dir: filepath.Join(dir, "missing")}, Options{})
	require.ErrorAs(t, err, &read)
	require.ErrorIs(t, err, fs.ErrNotExist)

	_, err = Review(t.Context(), Package{Dir: dir}, Options{})
	require.ErrorIs(t, err, ErrNoFiles)

	_, err = StdlibPackages(dir)
	require.ErrorAs(t, err, &read)
	write(t, dir, map[string]string{"src/cmd/x/x.go": "package x", "src/README": ""})
	_, err = StdlibPackages(dir)
	require.ErrorIs(t, err, ErrNoFiles)

	_, err = Review(t.Context(), Package{Dir: dir}, Options{MaxFindings: -1})
	var wrong *OptionsError
	require.ErrorAs(t, err, &wrong)
}

func TestOnlyRegularFilesOfThePackageAreReviewed(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"a.go": "package p\n", "a_test.go": "package p\n", "_b.go": "broken", ".c.go": "broken", "d.txt": "broken", "e.go/x.go": "package x",
	})
	require.NoError(t, os.Symlink("a.go", filepath.Join(dir, "link.go")))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(dir, "dangling.go")))
	r, err := Review(t.Context(), Package{ImportPath: "p", Dir: dir}, Options{})
	require.NoError(t, err)
	assert.Equal(t, 2, r.Files)
	assert.Zero(t, r.Broken)
}

func TestFilesBeyondTheLimitAreNamedAndNotRead(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"fits.go": "// Package p is small.\npackage p\n\n", "large.go": "package p\n" + strings.Repeat("// x\n", 1000),
	})
	r, err := Review(t.Context(), Package{ImportPath: "p", Dir: dir}, Options{MaxFileBytes: 40})
	require.NoError(t, err)
	assert.Equal(t, 1, r.Files)
	assert.Equal(t, 1, r.Skipped)
	assert.Equal(t, []Finding{{
		Rule: RuleTooLarge, Severity: SeverityError, File: "large.go", Message: "5010 bytes, the limit is 40: not reviewed",
	}}, r.Findings)
}

func TestEndOfTheContextEndsTheReviewBetweenFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.go": "package p\n"})
	why := errors.New("node drains")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	_, err := Review(ctx, Package{Dir: dir}, Options{})
	require.ErrorIs(t, err, why)
}

func TestStdlibListLeavesOutWhatIsNoPackageOfTheLibrary(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{
		"src/root.go": "package root", "src/b/b.go": "package b", "src/a/internal/x/x_windows.go": "package x",
		"src/onlytests/x_test.go": "package x", "src/cmd/go/main.go": "package main", "src/vendor/v/v.go": "package v",
		"src/a/testdata/t.go": "package t", "src/a/_hidden/h.go": "package h", "src/empty/README": "", "src/a/cmd/c.go": "package c",
	})
	got, err := StdlibPackages(root)
	require.NoError(t, err)
	var paths []string
	for _, p := range got {
		paths = append(paths, p.ImportPath)
		assert.Equal(t, filepath.Join(root, "src", filepath.FromSlash(p.ImportPath)), p.Dir)
	}
	assert.Equal(t, []string{"a/cmd", "a/internal/x", "b", "onlytests"}, paths)
}

// The real library is the largest sample of good Go there is: no file of it may look broken, and no report may outgrow a
// line of the exec protocol.
func TestWholeStandardLibraryCanBeReviewed(t *testing.T) {
	packages, err := StdlibPackages(build.Default.GOROOT)
	if err != nil {
		t.Skipf("the Go installation comes without its source: %v", err)
	}
	require.Greater(t, len(packages), 200)
	known := map[string]bool{}
	for _, p := range packages {
		known[p.ImportPath] = true
		if testing.Short() && len(known) > 40 {
			continue
		}
		r, err := Review(t.Context(), p, Options{})
		require.NoError(t, err, p.ImportPath)
		assert.Zero(t, r.ByRule[RuleSyntax], "%s: %v", p.ImportPath, r.Findings)
		assert.Positive(t, r.Files, p.ImportPath)
		data, err := r.JSON()
		require.NoError(t, err)
		assert.Less(t, len(data), 1<<20, p.ImportPath)
	}
	for _, must := range []string{"fmt", "net/http", "internal/syscall/windows", "unsafe", "builtin", "runtime/internal/atomic"} {
		if _, err := os.Stat(filepath.Join(build.Default.GOROOT, "src", must)); err == nil {
			assert.True(t, known[must], must)
		}
	}
}
