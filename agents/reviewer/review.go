// SPDX-License-Identifier: Apache-2.0

package reviewer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Package is a directory of Go files and the import path that it is known by.
type Package struct {
	ImportPath string `json:"import_path"`
	Dir        string `json:"dir"`
}

// Review reads and reviews the Go files of one directory, whatever their build tags. Test files are left out unless there
// are no others. The context is looked at before every file; when it has ended, the error wraps its cause.
func Review(ctx context.Context, p Package, o Options) (Report, error) {
	if err := o.Validate(); err != nil {
		return Report{}, err
	}
	o = o.withDefaults()
	names, err := goFiles(p.Dir)
	if err != nil {
		return Report{}, err
	}
	if len(names) == 0 {
		return Report{}, fmt.Errorf("reviewer: review %q: %w", p.Dir, ErrNoFiles)
	}
	files := make([]fileReview, 0, len(names))
	for _, name := range names {
		if ctx.Err() != nil {
			return Report{}, fmt.Errorf("reviewer: review %q: %w", p.Dir, context.Cause(ctx))
		}
		f, err := readFile(filepath.Join(p.Dir, name), name, o)
		if err != nil {
			return Report{}, err
		}
		files = append(files, f)
	}
	return combine(p.ImportPath, files, o), nil
}

// readFile reviews a file without ever holding more of it than the limit allows, even when it grows meanwhile.
func readFile(path, name string, o Options) (fileReview, error) {
	f, err := os.Open(path)
	if err != nil {
		return fileReview{}, &ReadError{Path: path, Cause: err}
	}
	text, err := io.ReadAll(io.LimitReader(f, o.MaxFileBytes+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return fileReview{}, &ReadError{Path: path, Cause: err}
	}
	if int64(len(text)) > o.MaxFileBytes {
		size := int64(len(text))
		if info, err := os.Stat(path); err == nil {
			size = max(size, info.Size())
		}
		return tooLarge(name, size, o), nil
	}
	return reviewFile(Source{Name: name, Text: text}, o), nil
}

// goFiles lists the files to review in a directory, sorted: product files, or tests where there is nothing else. Names that
// begin with "_" or "." do not belong to a package, and what is no regular file (a pipe would block) is not a source.
func goFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, &ReadError{Path: dir, Cause: err}
	}
	var product, tests []string
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(name, ".go") || name[0] == '_' || name[0] == '.' || !regular(dir, e) {
			continue
		}
		if strings.HasSuffix(name, "_test.go") {
			tests = append(tests, name)
		} else {
			product = append(product, name)
		}
	}
	if len(product) == 0 {
		return tests, nil
	}
	return product, nil
}

func regular(dir string, e fs.DirEntry) bool {
	if e.Type()&fs.ModeSymlink == 0 {
		return e.Type().IsRegular()
	}
	info, err := os.Stat(filepath.Join(dir, e.Name()))
	return err == nil && info.Mode().IsRegular()
}
