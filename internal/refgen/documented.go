// SPDX-License-Identifier: Apache-2.0

package main

import (
	"go/ast"
	"regexp"
	"strings"
)

// undocumented lists the exported identifiers of the public packages without a comment that begins with their name, each with its
// place. A constant or variable may be covered by the comment of its group, and a method of an interface needs any comment.
func undocumented(s *source) []error {
	var found []error
	for _, p := range s.packages {
		if !public(p.path) && p.path != "cmd/runtime/app" {
			continue
		}
		for _, v := range p.values {
			if ast.IsExported(v.name) && v.group == nil && !names(v.own, v.name) {
				found = append(found, problem(v.file, v.pos, "the comment of %s must begin with its name", v.name))
			}
		}
		for _, fn := range p.funcs {
			if fn.Name.IsExported() && !names(fn.Doc, fn.Name.Name) {
				found = append(found, problem(p.at[fn], fn.Pos(), "the comment of %s must begin with its name", fn.Name.Name))
			}
		}
		for _, t := range p.types {
			if ast.IsExported(t.name) {
				found = append(found, undocumentedIn(t)...)
			}
		}
	}
	return found
}

func undocumentedIn(t *typ) []error {
	var found []error
	file := t.pkg.at[t.spec]
	if !names(t.doc, t.name) {
		found = append(found, problem(file, t.spec.Pos(), "the comment of %s must begin with its name", t.name))
	}
	for _, file := range t.pkg.files { // in the order of the source
		if file.Syntax == nil {
			continue
		}
		for _, d := range file.Syntax.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if ok && fn.Recv != nil && fn.Name.IsExported() && receiver(fn) == t.name && !names(fn.Doc, fn.Name.Name) {
				found = append(found, problem(file, fn.Pos(), "the comment of %s.%s must begin with its name", t.name, fn.Name.Name))
			}
		}
	}
	if i, ok := t.spec.Type.(*ast.InterfaceType); ok {
		for _, m := range i.Methods.List {
			if len(m.Names) == 1 && m.Names[0].IsExported() && m.Doc == nil && m.Comment == nil {
				found = append(found, problem(file, m.Pos(), "%s.%s has no comment", t.name, m.Names[0].Name))
			}
		}
	}
	return found
}

var article = regexp.MustCompile(`^(A|An|The) `)

// names reports whether a comment begins with a name, behind an article if it likes, or says that the thing is deprecated.
func names(doc *ast.CommentGroup, name string) bool {
	text := article.ReplaceAllString(doc.Text(), "")
	rest, ok := strings.CutPrefix(text, name)
	return ok && rest != "" && !wordByte(rest[0]) || strings.HasPrefix(text, "Deprecated:")
}

func wordByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
