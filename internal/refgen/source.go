// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"mabeam.dev/internal/archtest"
)

// source is the product code of a module, by package.
type source struct {
	module   string
	packages []*pkg // sorted by path
	errs     []error
}

// pkg is one package with what it declares, in the order of its files.
type pkg struct {
	path, name string // path is relative to the module
	files      []*archtest.File
	types      []*typ
	funcs      []*ast.FuncDecl // without a receiver
	values     []value
	at         map[ast.Node]*archtest.File // file of each top-level declaration
}

// typ is a declared type with its methods.
type typ struct {
	pkg     *pkg
	name    string
	doc     *ast.CommentGroup
	spec    *ast.TypeSpec
	methods map[string]*ast.FuncDecl
}

// value is one constant or variable of package level.
type value struct {
	pkg     *pkg
	name    string
	own     *ast.CommentGroup // above it, or behind it on its line
	group   *ast.CommentGroup // above the declaration, if it is of several
	expr    ast.Expr          // nil when it has none of its own
	file    *archtest.File
	pos     token.Pos
	isConst bool
}

// read collects the declarations of a module.
func read(m *archtest.Module) *source {
	s := &source{module: m.Path}
	for _, p := range m.Packages {
		out := &pkg{path: p.Rel, name: p.Name, files: p.Files, at: map[ast.Node]*archtest.File{}}
		for _, f := range p.Files {
			if f.Err != nil {
				s.errs = append(s.errs, f.Err)
				continue
			}
			for _, d := range f.Syntax.Decls {
				out.declare(f, d)
			}
		}
		for _, f := range p.Files {
			if f.Syntax != nil {
				out.methodsOf(f)
			}
		}
		s.packages = append(s.packages, out)
	}
	slices.SortFunc(s.packages, func(a, b *pkg) int { return strings.Compare(a.path, b.path) })
	return s
}

func (p *pkg) declare(f *archtest.File, d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		p.at[d] = f
		if d.Recv == nil {
			p.funcs = append(p.funcs, d)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				p.at[spec] = f
				doc := spec.Doc
				if doc == nil && !d.Lparen.IsValid() {
					doc = d.Doc
				}
				p.types = append(p.types, &typ{p, spec.Name.Name, doc, spec, map[string]*ast.FuncDecl{}})
			case *ast.ValueSpec:
				p.declareValues(f, d, spec)
			}
		}
	}
}

func (p *pkg) declareValues(f *archtest.File, d *ast.GenDecl, spec *ast.ValueSpec) {
	own, group := spec.Doc, d.Doc
	if own == nil {
		own = spec.Comment
	}
	if !d.Lparen.IsValid() && len(spec.Names) == 1 {
		own, group = d.Doc, nil
	}
	for i, name := range spec.Names {
		v := value{p, name.Name, own, group, nil, f, name.Pos(), d.Tok == token.CONST}
		if i < len(spec.Values) {
			v.expr = spec.Values[i]
		}
		p.values = append(p.values, v)
	}
}

// methodsOf gives the file's methods to their types, which may stand in other files.
func (p *pkg) methodsOf(f *archtest.File) {
	for _, d := range f.Syntax.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv == nil || len(fn.Recv.List) != 1 {
			continue
		}
		if t := p.typ(receiver(fn)); t != nil {
			t.methods[fn.Name.Name] = fn
		}
	}
}

// receiver is the name of a method's type, without pointer and type parameters.
func receiver(fn *ast.FuncDecl) string {
	e := fn.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

func (p *pkg) typ(name string) *typ {
	i := slices.IndexFunc(p.types, func(t *typ) bool { return t.name == name })
	if i < 0 {
		return nil
	}
	return p.types[i]
}

func (p *pkg) value(name string) (value, bool) {
	i := slices.IndexFunc(p.values, func(v value) bool { return v.name == name })
	if i < 0 {
		return value{}, false
	}
	return p.values[i], true
}

// pkg returns the package at a path; one that is not there declares nothing.
func (s *source) pkg(path string) *pkg {
	i := slices.IndexFunc(s.packages, func(p *pkg) bool { return p.path == path })
	if i < 0 {
		return &pkg{path: path}
	}
	return s.packages[i]
}

// imported returns the module's package that goes by a name in a file; of other modules nothing is known.
func (s *source) imported(f *archtest.File, local string) *pkg {
	for _, im := range f.Imports {
		if rel, ok := strings.CutPrefix(im.Path, s.module+"/"); ok && im.Local == local {
			return s.pkg(rel)
		}
	}
	return &pkg{}
}

// literal is the text of a string literal.
func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// problem is an error with its place.
func problem(f *archtest.File, pos token.Pos, format string, args ...any) error {
	return errors.New(place(f, pos) + ": " + fmt.Sprintf(format, args...))
}

func place(f *archtest.File, pos token.Pos) string {
	return fmt.Sprintf("%s:%d", f.Name, f.Fset.Position(pos).Line)
}
