// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"go/ast"
	"regexp"
)

// saysWhoWaits is deliberately crude: a reviewer judges the sentence, the law only wants one to be there. A goroutine that
// nobody waits for has to say how it ends.
var saysWhoWaits = regexp.MustCompile(`(?i)\b(a?waits?|a?waited|a?waiting|joins|joined|ends)\b`)

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
				j.add(LawGoroutine, f.Name, f.line(stmt), "no comment says who waits for this goroutine or how it ends")
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
