// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Module is a Go module, loaded for judgement.
type Module struct {
	// Root is its directory, Path its module path.
	Root, Path string
	Packages   []*Package
	// imports maps every package of the build, ours and others', to what it imports; the shortest chain to a forbidden one
	// is found in it.
	imports map[string][]string
}

// Package is one package of the module with all its files, those of other build tags included.
type Package struct {
	// Rel is the import path relative to the module, "." for the root.
	Rel  string
	Name string
	Dir  string
	// Files are product files, Tests those ending in _test.go.
	Files, Tests []*File
}

// File is one parsed Go file. A file that does not parse has a nil Syntax and an Err.
type File struct {
	// Name is the path relative to the module root, with slashes.
	Name    string
	Source  []byte
	Fset    *token.FileSet
	Syntax  *ast.File
	Err     error
	Imports []Import
}

// Import is one import of a file: the path, the name that it goes by in the file, and where it stands.
type Import struct {
	Path, Local string
	Line        int
}

// listed is what go list says about a package.
type listed struct {
	ImportPath, Dir, Name                          string
	Module                                         *struct{ Path, Dir string }
	DepOnly                                        bool
	GoFiles, CgoFiles, IgnoredGoFiles, TestGoFiles []string
	XTestGoFiles, Imports                          []string
}

// Load reads the module in dir with go list. It fails when go list gives no answer; a package that does not build is loaded
// as far as it can be read.
func Load(dir string) (*Module, error) {
	cmd := exec.Command("go", "list", "-e", "-deps",
		"-json=ImportPath,Dir,Name,Module,DepOnly,GoFiles,CgoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles,Imports", "./...")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("archtest: list %q: %w: %s", dir, err, strings.TrimSpace(stderr.String()))
	}
	m := &Module{imports: map[string][]string{}}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var l listed
		if err := dec.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("archtest: list %q: %w", dir, err)
		}
		m.imports[l.ImportPath] = l.Imports
		if l.DepOnly || l.Module == nil {
			continue
		}
		m.Root, m.Path = l.Module.Dir, l.Module.Path
		m.Packages = append(m.Packages, loadPackage(m, l))
	}
	if len(m.Packages) == 0 {
		return nil, fmt.Errorf("archtest: list %q: no packages", dir)
	}
	return m, nil
}

func loadPackage(m *Module, l listed) *Package {
	p := &Package{Rel: m.rel(l.ImportPath), Name: l.Name, Dir: l.Dir}
	for _, names := range [][]string{l.GoFiles, l.CgoFiles, l.IgnoredGoFiles, l.TestGoFiles, l.XTestGoFiles} {
		for _, name := range names {
			f := loadFile(m.Root, filepath.Join(l.Dir, name))
			if strings.HasSuffix(name, "_test.go") {
				p.Tests = append(p.Tests, f)
			} else {
				p.Files = append(p.Files, f)
			}
		}
	}
	return p
}

func loadFile(root, path string) *File {
	f := &File{Name: path, Fset: token.NewFileSet()}
	if rel, err := filepath.Rel(root, path); err == nil {
		f.Name = filepath.ToSlash(rel)
	}
	if f.Source, f.Err = os.ReadFile(path); f.Err != nil {
		return f
	}
	f.Syntax, f.Err = parser.ParseFile(f.Fset, f.Name, f.Source, parser.ParseComments|parser.SkipObjectResolution)
	if f.Err != nil {
		f.Syntax = nil
		return f
	}
	for _, spec := range f.Syntax.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has accepted it, so this does not happen
		}
		im := Import{Path: path, Local: lastElement(path), Line: f.line(spec)}
		if spec.Name != nil {
			im.Local = spec.Name.Name
		}
		f.Imports = append(f.Imports, im)
	}
	return f
}

// lastElement guesses a package's name from its path; a major version is not a name.
func lastElement(path string) string {
	parts := strings.Split(path, "/")
	last := parts[len(parts)-1]
	if len(parts) > 1 && len(last) > 1 && last[0] == 'v' && strings.Trim(last[1:], "0123456789") == "" {
		return parts[len(parts)-2]
	}
	return last
}

func (f *File) line(n ast.Node) int { return f.Fset.Position(n.Pos()).Line }

// local returns the names by which the file knows a package, usually none or one.
func (f *File) local(path string) map[string]bool {
	names := map[string]bool{}
	for _, im := range f.Imports {
		if im.Path == path {
			names[im.Local] = true
		}
	}
	return names
}

// rel cuts the module path from one of our import paths; other paths come back unchanged.
func (m *Module) rel(path string) string {
	if path == m.Path {
		return "."
	}
	if rel, ok := strings.CutPrefix(path, m.Path+"/"); ok {
		return rel
	}
	return path
}

// ours reports whether an import path belongs to the module.
func (m *Module) ours(path string) bool { return path == m.Path || strings.HasPrefix(path, m.Path+"/") }
