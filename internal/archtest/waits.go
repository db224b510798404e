// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"go/ast"
	"regexp"
)

// saysWhoWaits is deliberately crude: a reviewer judges the sentence, the law only wants one to be there.
var saysWhoWaits = regexp.MustCompile(`(?i)\b(wait|waits|waited|waiting|awaits|joins|joined)\b`)

// goroutines judges the go statements of product files: only in excused packages, and each with a comment right above it (or
// behind it) that says who waits for it.
func (j *judge) goroutines(p *Package) {
	if row, ok := RowOf(p.Rel); ok && row.Pure {
		return // LawPure has the word
	}
	for _, f := range p.Files {
		if f.Syntax == nil {
			continue
		}
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			stmt, ok := n.(*ast.GoStmt)
			if !ok {
				return true
			}
			if !j.excused(LawGoroutine, p.Rel, "") {
				j.add(LawGoroutine, f.Name, f.line(stmt), "a bare go statement: processes use their context's Go")
			} else if !f.commented(f.line(stmt)) {
				j.add(LawGoroutine, f.Name, f.line(stmt), "no comment says who waits for this goroutine")
			}
			return true
		})
	}
}

// commented reports whether a comment that ends on the line before, or stands on the line, says who waits.
func (f *File) commented(line int) bool {
	for _, group := range f.Syntax.Comments {
		end := f.Fset.Position(group.End()).Line
		if (end == line-1 || end == line) && saysWhoWaits.MatchString(group.Text()) {
			return true
		}
	}
	return false
}

// sleeps judges waiting: product code never sleeps, tests sleep only inside a synctest bubble, and nobody polls.
func (j *judge) sleeps(p *Package) {
	for _, f := range p.Files {
		j.sleepsIn(p, f, false)
	}
	for _, f := range p.Tests {
		j.sleepsIn(p, f, true)
	}
}

func (j *judge) sleepsIn(p *Package, f *File, test bool) {
	if f.Syntax == nil {
		return
	}
	clocks, bubbles := f.local("time"), f.local("testing/synctest")
	asserts := f.local("github.com/stretchr/testify/assert")
	for name := range f.local("github.com/stretchr/testify/require") {
		asserts[name] = true
	}
	for _, decl := range f.Syntax.Decls {
		where := p.Rel
		if fn, ok := decl.(*ast.FuncDecl); ok {
			where += "." + fn.Name.Name
		}
		var visit func(n ast.Node, bubble bool)
		visit = func(root ast.Node, bubble bool) {
			ast.Inspect(root, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				pkg, name := callee(call)
				switch {
				case bubbles[pkg] && name == "Test" && !bubble:
					for _, arg := range call.Args {
						visit(arg, true)
					}
					return false
				case clocks[pkg] && name == "Sleep" && !(test && bubble):
					if !j.excused(LawSleep, where, "") {
						j.add(LawSleep, f.Name, f.line(call), "time.Sleep outside a synctest bubble")
					}
				case asserts[pkg] && polls[name]:
					j.add(LawSleep, f.Name, f.line(call), "%s polls: wait for an event instead", name)
				}
				return true
			})
		}
		visit(decl, false)
	}
}

// polls are testify's functions that look again and again.
var polls = map[string]bool{
	"Eventually": true, "Eventuallyf": true, "EventuallyWithT": true, "EventuallyWithTf": true, "Never": true, "Neverf": true,
}

// callee returns package name and function name of a call such as time.Sleep(d); others give empty strings.
func callee(call *ast.CallExpr) (pkg, name string) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	id, ok := sel.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	return id.Name, sel.Sel.Name
}
