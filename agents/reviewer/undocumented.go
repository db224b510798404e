// SPDX-License-Identifier: Apache-2.0

package reviewer

import (
	"go/ast"
	"go/token"
	"strings"
)

// undocumented counts the exported names of the file that users see, and finds those without a comment.
func (v *visitor) undocumented(file *ast.File) {
	if v.file.tested || v.file.generated || file.Name.Name == "main" {
		return // nobody imports them, or nobody wrote them
	}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			v.undocumentedFunc(d)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				v.undocumentedSpec(d, spec)
			}
		}
	}
}

func (v *visitor) undocumentedFunc(d *ast.FuncDecl) {
	what := "function"
	if d.Recv != nil && len(d.Recv.List) > 0 {
		what = "method"
		if base, _ := receiver(d.Recv.List[0].Type); !ast.IsExported(base) {
			return
		}
	}
	v.exported(what, functionName(d), d.Name, says(d.Doc))
}

// undocumentedSpec accepts, as godoc readers do, a comment on the whole group of constants or variables, and one behind a
// name; a type wants its own, or the declaration's where it stands alone.
func (v *visitor) undocumentedSpec(d *ast.GenDecl, spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		alone := !d.Lparen.IsValid()
		v.exported("type", s.Name.Name, s.Name, says(s.Doc) || says(s.Comment) || alone && says(d.Doc))
	case *ast.ValueSpec:
		what := "variable"
		if d.Tok == token.CONST {
			what = "constant"
		}
		for _, name := range s.Names {
			v.exported(what, name.Name, name, says(s.Doc) || says(s.Comment) || says(d.Doc))
		}
	}
}

func (v *visitor) exported(what, shown string, name *ast.Ident, documented bool) {
	if !name.IsExported() {
		return
	}
	v.file.exported++
	if !documented {
		v.file.undocumented++
		v.add(RuleUndocumented, SeverityInfo, name.Pos(), "exported %s %s has no comment", what, shown)
	}
}

// says reports whether a comment has words: directives such as //go:noinline are for the compiler.
func says(c *ast.CommentGroup) bool { return c != nil && strings.TrimSpace(c.Text()) != "" }
