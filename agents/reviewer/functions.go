// SPDX-License-Identifier: Apache-2.0

package reviewer

import (
	"go/ast"
	"go/token"
)

// functions measures every function of the file.
func (v *visitor) functions(file *ast.File) {
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Body != nil {
				v.function(functionName(d), d, d.Body)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				vs, ok := spec.(*ast.ValueSpec)
				if !ok {
					continue
				}
				for i, value := range vs.Values {
					if lit, ok := value.(*ast.FuncLit); ok && i < len(vs.Names) {
						v.function(vs.Names[i].Name, lit, lit.Body)
					}
				}
			}
		}
	}
}

func (v *visitor) function(name string, whole ast.Node, body *ast.BlockStmt) {
	from, to := v.position(whole.Pos()), v.position(whole.End())
	fn := Function{
		Name: name, File: v.file.name, Line: from.Line, Lines: to.Line - from.Line + 1, Complexity: complexity(body),
	}
	v.file.functions = append(v.file.functions, fn)
	if above(fn.Complexity, v.options.Complexity) {
		v.add(RuleComplexity, SeverityWarning, whole.Pos(), "%s has a cyclomatic complexity of %d, more than %d",
			name, fn.Complexity, v.options.Complexity)
	}
	if above(fn.Lines, v.options.FunctionLines) {
		v.add(RuleLongFunction, SeverityWarning, whole.Pos(), "%s has %d lines, more than %d",
			name, fn.Lines, v.options.FunctionLines)
	}
}

// complexity counts the independent paths through a body: 1, and one more for every place where the way parts.
func complexity(body *ast.BlockStmt) int {
	n := 1
	ast.Inspect(body, func(node ast.Node) bool {
		switch x := node.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
			n++
		case *ast.CaseClause:
			if x.List != nil {
				n++
			}
		case *ast.CommClause:
			if x.Comm != nil {
				n++
			}
		case *ast.BinaryExpr:
			if x.Op == token.LAND || x.Op == token.LOR {
				n++
			}
		}
		return true
	})
	return n
}

// functionName writes a method with its receiver's type, without type parameters.
func functionName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	base, pointer := receiver(d.Recv.List[0].Type)
	if pointer {
		return "(*" + base + ")." + d.Name.Name
	}
	return base + "." + d.Name.Name
}

// receiver returns the name of a receiver's type and whether it is a pointer.
func receiver(t ast.Expr) (base string, pointer bool) {
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t, pointer = x.X, true
		case *ast.ParenExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name, pointer
		default:
			return "?", pointer
		}
	}
}
