// SPDX-License-Identifier: Apache-2.0

package reviewer

import (
	"cmp"
	"io/fs"
	"path/filepath"
	"slices"
)

// StdlibPackages lists every package of the standard library's source under a Go installation, sorted by import path:
// internal packages and those of other systems included; commands, vendored modules and test data left out. It returns a
// *ReadError when the source is not there, and ErrNoFiles (wrapped in one) when it holds no package.
func StdlibPackages(goroot string) ([]Package, error) {
	src := filepath.Join(goroot, "src")
	var out []Package
	err := filepath.WalkDir(src, func(dir string, d fs.DirEntry, err error) error {
		if err != nil {
			return &ReadError{Path: dir, Cause: err}
		}
		if !d.IsDir() {
			return nil
		}
		rel, err := filepath.Rel(src, dir)
		if err != nil {
			return &ReadError{Path: dir, Cause: err}
		}
		if name := d.Name(); rel == "cmd" || name == "testdata" || name == "vendor" || rel != "." && (name[0] == '.' || name[0] == '_') {
			return fs.SkipDir
		}
		names, err := goFiles(dir)
		if err != nil {
			return err
		}
		if len(names) > 0 && rel != "." {
			out = append(out, Package{ImportPath: filepath.ToSlash(rel), Dir: dir})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, &ReadError{Path: src, Cause: ErrNoFiles}
	}
	slices.SortFunc(out, func(a, b Package) int { return cmp.Compare(a.ImportPath, b.ImportPath) })
	return out, nil
}
