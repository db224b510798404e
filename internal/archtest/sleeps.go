// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"go/ast"
	"strings"
)

// sleeps judges waiting: product code never sleeps, tests sleep only inside a synctest bubble, and nobody polls.
func (j *judge) sleeps(p *Package) {
	for _, f := range p.Files {
		j.sleepsIn(p, f, nil)
	}
	b := findBubbles(p.Tests)
	for _, f := range p.Tests {
		j.sleepsIn(p, f, b)
	}
}

// sleepsIn judges one file; bubbles is nil for product files, where no sleep is right.
func (j *judge) sleepsIn(p *Package, f *File, b *bubbles) {
	if f.Syntax == nil {
		return
	}
	clocks := f.local("time")
	asserts := f.local("github.com/stretchr/testify/assert")
	for name := range f.local("github.com/stretchr/testify/require") {
		asserts[name] = true
	}
	for _, decl := range f.Syntax.Decls {
		where := p.Rel
		if fn, ok := decl.(*ast.FuncDecl); ok {
			where += "." + fn.Name.Name
		}
		b.walk(f, decl, func(n ast.Node, inBubble bool) {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return
			}
			switch pkg, name := callee(call); {
			case clocks[pkg] && name == "Sleep" && !inBubble:
				if !j.excused(LawSleep, where, "") {
					j.add(LawSleep, f.Name, f.line(call), "time.Sleep outside a synctest bubble")
				}
			case asserts[pkg] && polls[name]:
				j.add(LawSleep, f.Name, f.line(call), "%s polls: wait for an event instead", name)
			}
		})
	}
}

// polls are testify's functions that look again and again.
var polls = map[string]bool{
	"Eventually": true, "Eventuallyf": true, "EventuallyWithT": true, "EventuallyWithTf": true, "Never": true, "Neverf": true,
}

// bubbles is what the test files of one package run inside synctest bubbles, besides the arguments of synctest.Test.
type bubbles struct {
	// helpers are functions that run some of their parameters in a bubble: name -> positions of these parameters.
	helpers map[string]map[int]bool
	// inside are functions that are mentioned only in bubbles.
	inside map[string]bool
}

// findBubbles grows both sets until nothing is added: helpers may be built on helpers.
func findBubbles(files []*File) *bubbles {
	b := &bubbles{helpers: map[string]map[int]bool{}, inside: map[string]bool{}}
	for before := -1; before != b.size(); {
		before = b.size()
		mentions := map[string]bool{} // function -> every mention so far is in a bubble
		for _, f := range files {
			if f.Syntax == nil {
				continue
			}
			for _, decl := range f.Syntax.Decls {
				fn, _ := decl.(*ast.FuncDecl)
				b.walk(f, decl, func(n ast.Node, inBubble bool) {
					id, ok := n.(*ast.Ident)
					if !ok || fn != nil && id == fn.Name {
						return
					}
					if all, seen := mentions[id.Name]; !seen || all {
						mentions[id.Name] = inBubble
					}
					if i, ok := parameter(fn, id.Name); ok && inBubble {
						if b.helpers[fn.Name.Name] == nil {
							b.helpers[fn.Name.Name] = map[int]bool{}
						}
						b.helpers[fn.Name.Name][i] = true
					}
				})
			}
		}
		for _, f := range files {
			if f.Syntax == nil {
				continue
			}
			for _, decl := range f.Syntax.Decls {
				if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && mentions[fn.Name.Name] && !runByTesting(fn.Name.Name) {
					b.inside[fn.Name.Name] = true
				}
			}
		}
	}
	return b
}

func (b *bubbles) size() int {
	n := len(b.inside)
	for _, params := range b.helpers {
		n += len(params)
	}
	return n
}

// walk visits all nodes of a declaration and tells for each whether it runs in a bubble. The functions in a table of a test
// that opens bubbles are taken to run there: where a field of a table is called cannot be told from the table.
func (b *bubbles) walk(f *File, decl ast.Decl, visit func(n ast.Node, inBubble bool)) {
	synctests := f.local("testing/synctest")
	opens := func(call *ast.CallExpr) (params map[int]bool, ok bool) {
		if b == nil {
			return nil, false
		}
		if pkg, name := callee(call); synctests[pkg] && name == "Test" {
			return nil, true
		}
		params, ok = b.helpers[plainCallee(call)]
		return params, ok
	}
	tables := false
	ast.Inspect(decl, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && !tables {
			_, tables = opens(call)
		}
		return !tables
	})
	var down func(root ast.Node, inBubble bool)
	down = func(root ast.Node, inBubble bool) {
		ast.Inspect(root, func(n ast.Node) bool {
			if n == nil {
				return false
			}
			visit(n, inBubble)
			if inBubble {
				return true
			}
			switch x := n.(type) {
			case *ast.CompositeLit:
				for _, e := range x.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok {
						down(kv.Key, false)
						e = kv.Value
					}
					_, isFunc := e.(*ast.FuncLit)
					down(e, tables && isFunc)
				}
				if x.Type != nil {
					down(x.Type, false)
				}
				return false
			case *ast.CallExpr:
				params, ok := opens(x)
				if !ok {
					return true
				}
				down(x.Fun, false)
				for i, arg := range x.Args {
					down(arg, params == nil || params[i])
				}
				return false
			}
			return true
		})
	}
	fn, ok := decl.(*ast.FuncDecl)
	down(decl, ok && b != nil && fn.Recv == nil && b.inside[fn.Name.Name])
}

// parameter returns the position of a function parameter that has a function type.
func parameter(fn *ast.FuncDecl, name string) (int, bool) {
	if fn == nil || fn.Recv != nil {
		return 0, false
	}
	i := 0
	for _, field := range fn.Type.Params.List {
		_, isFunc := field.Type.(*ast.FuncType)
		for _, id := range field.Names {
			if id.Name == name {
				return i, isFunc
			}
			i++
		}
		if len(field.Names) == 0 {
			i++
		}
	}
	return 0, false
}

// runByTesting reports whether the testing package calls a function itself, outside any bubble.
func runByTesting(name string) bool {
	for _, prefix := range []string{"Test", "Benchmark", "Fuzz", "Example", "init", "main"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
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

// plainCallee returns the name of a called function of the same package, or "".
func plainCallee(call *ast.CallExpr) string {
	fun := call.Fun
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun = x.X
	case *ast.IndexListExpr:
		fun = x.X
	}
	if id, ok := fun.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}
