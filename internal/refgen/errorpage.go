// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"go/ast"
	"strings"

	"mabeam.dev/actors/fault"
)

// public reports whether users meet a package: they import it, or the command shows its errors.
func public(path string) bool {
	switch path {
	case "internal/admin", "internal/node":
		return true
	}
	for _, hidden := range []string{"internal/", "cmd/", "examples/"} {
		if strings.HasPrefix(path, hidden) {
			return false
		}
	}
	return true
}

// errorsPage lists the sentinel errors and error types of the public packages.
func errorsPage(s *source) (string, error) {
	var b strings.Builder
	b.WriteString(banner("actors/fault and the comments of the packages") + `# Errors

Every error has a code that never changes its meaning. Logs, answers and the command show it; ` + "`runtime explain CODE`" + ` prints its row.

The severity says how bad it is: *low* is ordinary business of whoever asked, *medium* a piece of work that failed, *high* a component
that is lost until something changes, *critical* endangers the node or its data. The retry class says what can help: *fixed*, *linear* and
*exponential* waits before the same thing is tried again, *custom* when the error itself says, or else a *restart* of the component, its
*replacement* by another, going on without it (*degrade*), or somebody who decides (*escalate*). After *none* it is pointless to try
again. An error that only brings the news of another goes by the code of its cause, if that has one.

`)
	b.WriteString("## Codes\n\n")
	codesSection(&b, fault.All())
	b.WriteString(`## Packages

Every error value that callers can compare with ` + "`errors.Is`" + `, and every error type that they can ask for with ` + "`errors.As`" + `. The
text is how the error itself reads; what is returned may put the operation and its subject in front.

`)
	var errs []error
	for _, p := range s.packages {
		if !public(p.path) {
			continue
		}
		var section strings.Builder
		errs = append(errs, sentinels(&section, s, p), errorTypes(&section, p))
		if section.Len() > 0 {
			b.WriteString("## " + p.path + "\n\n" + section.String())
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n", errors.Join(errs...)
}

func sentinels(b *strings.Builder, s *source, p *pkg) error {
	var rows [][]string
	var errs []error
	for _, v := range p.values {
		if !isSentinel(v) {
			continue
		}
		meaning, text := prose(v.own), s.errorText(v)
		switch {
		case meaning == "":
			errs = append(errs, problem(v.file, v.pos, "%s has no comment", v.name))
		case text == "":
			errs = append(errs, problem(v.file, v.pos, "the text of %s cannot be read", v.name))
		}
		rows = append(rows, []string{code(p.name + "." + v.name), s.codeOf(v).String(), meaning, cell(text)})
	}
	table(b, []string{"Error", "Code", "Meaning", "Text"}, rows)
	return errors.Join(errs...)
}

// errorText is the text that an error is made of, followed through the module where one package takes over another's.
func (s *source) errorText(v value) string {
	switch e := v.expr.(type) {
	case *ast.CallExpr:
		if len(e.Args) > 0 { // a code may stand before it
			text, _ := literal(e.Args[len(e.Args)-1])
			return text
		}
	case *ast.CompositeLit: // the type says it itself
		if id, ok := e.Type.(*ast.Ident); ok {
			return v.pkg.typ(id.Name).saying()
		}
	}
	if other, ok := s.taken(v); ok {
		return s.errorText(other)
	}
	return ""
}

// saying is what the Error method of a type always returns, if it does.
func (t *typ) saying() string {
	if t == nil || t.methods["Error"] == nil {
		return ""
	}
	return returned(t.methods["Error"])
}

// returned is the string literal that a function consists of, or nothing.
func returned(fn *ast.FuncDecl) string {
	text, _ := literal(result(fn))
	return text
}

// result is the one thing that a function of one statement returns; nil for others.
func result(fn *ast.FuncDecl) ast.Expr {
	if fn.Body == nil || len(fn.Body.List) != 1 {
		return nil
	}
	ret, ok := fn.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 {
		return nil
	}
	return ret.Results[0]
}

func errorTypes(b *strings.Builder, p *pkg) error {
	var errs []error
	for _, t := range p.types {
		if !isErrorType(t) {
			continue
		}
		if t.doc == nil {
			errs = append(errs, problem(p.at[t.spec], t.spec.Pos(), "%s has no comment", t.name))
		}
		name := p.name + "." + t.name
		if _, ok := t.methods["Error"].Recv.List[0].Type.(*ast.StarExpr); ok {
			name = "*" + name
		}
		b.WriteString("### " + code(name) + "\n\n" + t.code().String() + ". " + prose(t.doc) + "\n\n")
		errs = append(errs, goFields(b, t))
	}
	return errors.Join(errs...)
}

// givesString reports whether a method has the shape of error's.
func givesString(fn *ast.FuncDecl) bool {
	if fn.Type.Params.NumFields() != 0 || fn.Type.Results.NumFields() != 1 {
		return false
	}
	id, ok := fn.Type.Results.List[0].Type.(*ast.Ident)
	return ok && id.Name == "string"
}
