// SPDX-License-Identifier: Apache-2.0

package suites

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// Tests finds the tests of a module.
type Tests struct {
	tree     fs.FS
	packages map[string]*tests
}

// tests are those of one package.
type tests struct {
	functions map[string]bool
	// names are the strings in the test files and the files below testdata: where names of subtests come from.
	names map[string]bool
	err   error
}

// NewTests returns the tests below the module's root. Packages are read when they are first asked for.
func NewTests(root fs.FS) *Tests { return &Tests{tree: root, packages: map[string]*tests{}} }

// Check returns every reference of the table that leads nowhere, as *RowError values, joined.
func (t Table) Check(in *Tests) error {
	var faults []error
	for _, r := range t.Rows {
		for _, ref := range r.Tests {
			if fault := in.find(ref); fault != "" {
				faults = append(faults, &RowError{t.Page, r.Line, fmt.Sprintf("case %q: %s", r.Case, fault)})
			}
		}
	}
	return errors.Join(faults...)
}

// find says what is wrong with a reference, or nothing.
func (ts *Tests) find(ref Ref) string {
	pkg, ok := ts.packages[ref.Package]
	if !ok {
		pkg = ts.read(ref.Package)
		ts.packages[ref.Package] = pkg
	}
	switch {
	case pkg.err != nil:
		return fmt.Sprintf("the tests of %q cannot be read: %v", ref.Package, pkg.err)
	case !pkg.functions[ref.Test]:
		return fmt.Sprintf("%q has no test %s", ref.Package, ref.Test)
	}
	if ref.Subtest == "" || pkg.names[spelled(ref.Subtest)] {
		return ""
	}
	for part := range strings.SplitSeq(ref.Subtest, "/") {
		if !pkg.names[spelled(part)] {
			return fmt.Sprintf("nothing in the tests of %q is called %q", ref.Package, part)
		}
	}
	return ""
}

// spelled is a name as the testing package prints it in the name of a subtest.
func spelled(name string) string { return strings.ReplaceAll(name, " ", "_") }

// read parses the test files of one package.
func (ts *Tests) read(dir string) *tests {
	found := &tests{functions: map[string]bool{}, names: map[string]bool{}}
	files, err := fs.Glob(ts.tree, path.Join(dir, "*_test.go"))
	if err == nil && len(files) == 0 {
		err = errors.New("there are none")
	}
	for _, name := range files {
		if err == nil {
			err = found.file(ts.tree, name)
		}
	}
	found.err = err
	_ = fs.WalkDir(ts.tree, path.Join(dir, "testdata"), func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found.names[spelled(d.Name())] = true
		}
		return nil // a package without testdata has none
	})
	return found
}

func (t *tests) file(tree fs.FS, name string) error {
	source, err := fs.ReadFile(tree, name)
	if err != nil {
		return err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && runs(f) {
			t.functions[f.Name.Name] = true
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				t.names[spelled(text)] = true
			}
		}
		return true
	})
	return nil
}

// runs reports whether go test runs the function: a test or fuzz target by its parameter, or an example.
func runs(f *ast.FuncDecl) bool {
	if f.Recv != nil || f.Body == nil {
		return false
	}
	params := f.Type.Params.List
	if strings.HasPrefix(f.Name.Name, "Example") {
		return len(params) == 0
	}
	want := ""
	switch {
	case strings.HasPrefix(f.Name.Name, "Test"):
		want = "T"
	case strings.HasPrefix(f.Name.Name, "Fuzz"):
		want = "F"
	default:
		return false
	}
	if len(params) != 1 {
		return false
	}
	star, ok := params[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	sel, ok := star.X.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == want
}
