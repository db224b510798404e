// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"mabeam.dev/actors/fault"
	"mabeam.dev/internal/archtest"
)

// faults is where codes come from.
const faults = "actors/fault"

// claim is an exported error with the code that its definition gives it, 0 for none.
type claim struct {
	name string // with its package's path
	code fault.Code
	file *archtest.File
	pos  token.Pos
}

// claims lists the exported errors of the public packages.
func (s *source) claims() []claim {
	var all []claim
	for _, p := range s.packages {
		if !public(p.path) {
			continue
		}
		for _, v := range p.values {
			if isSentinel(v) {
				all = append(all, claim{p.path + "." + v.name, s.codeOf(v), v.file, v.pos})
			}
		}
		for _, t := range p.types {
			if isErrorType(t) {
				all = append(all, claim{p.path + "." + t.name, t.code(), p.at[t.spec], t.spec.Pos()})
			}
		}
	}
	return all
}

func isSentinel(v value) bool {
	return !v.isConst && strings.HasPrefix(v.name, "Err") && ast.IsExported(v.name)
}

func isErrorType(t *typ) bool {
	fn := t.methods["Error"]
	return fn != nil && ast.IsExported(t.name) && givesString(fn)
}

// codeOf is the code that an error is made with, followed through the module where one package takes over another's.
func (s *source) codeOf(v value) fault.Code {
	switch e := v.expr.(type) {
	case *ast.CallExpr:
		sel, ok := e.Fun.(*ast.SelectorExpr)
		if !ok || len(e.Args) != 2 || sel.Sel.Name != "New" && sel.Sel.Name != "NewTimeout" {
			return 0
		}
		for _, im := range v.file.Imports {
			if x, ok := sel.X.(*ast.Ident); ok && im.Local == x.Name && im.Path == s.module+"/"+faults {
				return number(e.Args[0])
			}
		}
	case *ast.CompositeLit:
		if id, ok := e.Type.(*ast.Ident); ok {
			return v.pkg.typ(id.Name).code()
		}
	}
	if other, ok := s.taken(v); ok {
		return s.codeOf(other)
	}
	return 0
}

// taken is the value that another one is a second name of.
func (s *source) taken(v value) (value, bool) {
	switch e := v.expr.(type) {
	case *ast.Ident:
		return v.pkg.value(e.Name)
	case *ast.SelectorExpr:
		if from, ok := e.X.(*ast.Ident); ok {
			return s.imported(v.file, from.Name).value(e.Sel.Name)
		}
	}
	return value{}, false
}

// code is what the FaultCode method of a type always returns.
func (t *typ) code() fault.Code {
	if t == nil || t.methods["FaultCode"] == nil {
		return 0
	}
	return number(result(t.methods["FaultCode"]))
}

func number(e ast.Expr) fault.Code {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.INT {
		return 0
	}
	n, _ := strconv.ParseUint(lit.Value, 0, 16) // 0 is none
	return fault.Code(n)
}

// uncoded lists every way in which the exported errors and the table of codes differ, with what to do about it.
func (s *source) uncoded(entries []fault.Entry) []error {
	var found []error
	byCode, names := map[fault.Code]fault.Entry{}, map[string]bool{}
	for _, e := range entries {
		byCode[e.Code] = e
	}
	for _, c := range s.claims() {
		names[c.name] = true
		e, known := byCode[c.code]
		switch {
		case c.code == 0:
			found = append(found, problem(c.file, c.pos, "%s has no code. %s", c.name, remedy(c, entries)))
		case !known:
			found = append(found, problem(c.file, c.pos, "%s has the code %s, which is not in the table: add an entry for it to %s/codes_%s.go",
				c.name, c.code, faults, c.code.Area()))
		case e.Name != c.name && !slices.Contains(e.Also, c.name):
			found = append(found, problem(c.file, c.pos, "%s has the code %s, which is that of %s. %s", c.name, c.code, e.Name, remedy(c, entries)))
		}
	}
	for _, e := range entries {
		for _, name := range append([]string{e.Name}, e.Also...) {
			if err := s.stale(e, name, names); err != nil {
				found = append(found, err)
			}
		}
	}
	return found
}

// remedy tells whoever wrote an error how to give it a code.
func remedy(c claim, entries []fault.Entry) string {
	path, id := c.name[:strings.LastIndexByte(c.name, '.')], c.name[strings.LastIndexByte(c.name, '.')+1:]
	next := fault.Code(0)
	for _, e := range entries {
		if e.Package() == path {
			next = e.Code + 1
		}
	}
	for slices.ContainsFunc(entries, func(e fault.Entry) bool { return e.Code == next }) || slices.Contains(fault.Reserved(), next) {
		next++
	}
	number, where := "NNNN", "the area that fits"
	if next != 0 {
		number = fmt.Sprint(uint16(next))
		where = fmt.Sprintf("%s, or another free number of the area that fits", next)
	}
	how := fmt.Sprintf("make it with fault.New(%s, text)", number)
	if !strings.HasPrefix(id, "Err") {
		how = fmt.Sprintf("give the type a method FaultCode() fault.Code { return %s }", number)
	}
	return fmt.Sprintf("Take %s: add an entry named %q to %s/codes_*.go, %s, then run go test ./%s -update and make docs", where, c.name, faults, how, faults)
}

// stale is the mistake of an entry that names what the module does not have, or what is not the same condition.
func (s *source) stale(e fault.Entry, name string, claimed map[string]bool) error {
	at := strings.LastIndexByte(name, '.')
	p := s.pkg(name[:max(at, 0)])
	if len(p.files) == 0 { // of another module
		if slices.Contains(foreign, name) {
			return nil
		}
		return fmt.Errorf("%s: %s: there is no package of that path", e.Code, name)
	}
	if v, ok := p.value(name[at+1:]); ok {
		if isSentinel(v) && name != e.Name && !s.sameAs(v, e.Name) {
			return problem(v.file, v.pos, "%s shares %s with %s, and neither is it a second name of that nor does that match it", name, e.Code, e.Name)
		}
		return nil
	}
	if p.typ(name[at+1:]) == nil {
		return fmt.Errorf("%s: there is no %s any more: take its entry out and add %s to the reserved codes", e.Code, name, e.Code)
	}
	return nil
}

// foreign are the names of conditions outside the module.
var foreign = []string{
	"context.Canceled", "context.DeadlineExceeded", "io.ErrUnexpectedEOF", "io/fs.ErrClosed", "io/fs.ErrExist", "io/fs.ErrNotExist",
	"io/fs.ErrPermission", "syscall.EADDRINUSE", "syscall.ECONNREFUSED", "syscall.ECONNRESET", "syscall.EIO", "syscall.EMFILE",
	"syscall.ENOMEM", "syscall.ENOSPC", "syscall.EROFS", "syscall.ETIMEDOUT",
}

// sameAs reports whether a sentinel is a second name of another, or what a type of its package matches.
func (s *source) sameAs(v value, name string) bool {
	at := strings.LastIndexByte(name, '.')
	p, id := s.pkg(name[:at]), name[at+1:]
	for other, ok := v, true; ok; other, ok = s.taken(other) {
		if other.pkg == p && other.name == id {
			return true
		}
	}
	t := p.typ(id)
	if t == nil || v.pkg != p {
		return false
	}
	for _, method := range []string{"Is", "Unwrap"} {
		if fn := t.methods[method]; fn != nil && mentions(fn, v.name) {
			return true
		}
	}
	return false
}

func mentions(fn *ast.FuncDecl, name string) bool {
	found := false
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == name
		return !found
	})
	return found
}

// codesSection is the table of all codes, by area.
func codesSection(b *strings.Builder, entries []fault.Entry) {
	for area := fault.Validation; area <= fault.System; area++ {
		var rows [][]string
		for _, e := range entries {
			if e.Code.Area() != area {
				continue
			}
			retry := e.Retry.String()
			if e.Wraps {
				retry += ", or its cause's"
			}
			named := code(e.Name)
			for _, also := range e.Also {
				named += ", " + code(also)
			}
			rows = append(rows, []string{e.Code.String(), named, e.Severity.String(), retry, cell(e.Meaning), cell(e.Advice)})
		}
		fmt.Fprintf(b, "### %dxxx %s\n\n", area, area)
		if len(rows) == 0 {
			b.WriteString("None yet.\n\n")
		}
		table(b, []string{"Code", "Error", "Severity", "Retry", "What has happened", "What to do"}, rows)
	}
}
