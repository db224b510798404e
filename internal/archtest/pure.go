// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"go/ast"
	"strings"
)

// impureImports are standard packages that bring in a clock, a goroutine's tools, I/O, or hidden randomness.
var impureImports = []string{
	"context", "sync", "log", "os", "net", "syscall", "runtime", "crypto/rand", "database", "io/ioutil", "plugin", "expvar",
}

// clockFunctions read or wait for the wall clock.
var clockFunctions = map[string]bool{
	"Now": true, "Since": true, "Until": true, "After": true, "AfterFunc": true, "Tick": true, "NewTimer": true,
	"NewTicker": true, "Sleep": true,
}

// seededRandom is what a core may use of math/rand: sources that somebody seeds, never the global one.
var seededRandom = map[string]bool{
	"New": true, "NewPCG": true, "NewChaCha8": true, "NewZipf": true, "NewSource": true,
	"Rand": true, "Source": true, "Source64": true, "PCG": true, "ChaCha8": true, "Zipf": true,
}

// numerics are the third-party modules that a core may import.
var numerics = []string{"gonum.org"}

// pure judges the files of pure layers: what they import, what they call, and that they start nothing.
func (j *judge) pure(p *Package) {
	if row, ok := RowOf(p.Rel); !ok || !row.Pure {
		return
	}
	for _, f := range p.Files {
		for _, im := range f.Imports {
			thirdParty := strings.Contains(strings.Split(im.Path, "/")[0], ".") && !j.m.ours(im.Path) && !under(numerics, im.Path)
			if (under(impureImports, im.Path) || thirdParty) && !j.excused(LawPure, p.Rel, im.Path) {
				j.add(LawPure, f.Name, im.Line, "the pure core %s imports %s", p.Rel, im.Path)
			}
		}
		j.pureBody(p, f)
	}
}

func (j *judge) pureBody(p *Package, f *File) {
	if f.Syntax == nil {
		return
	}
	clocks := f.local("time")
	randoms := f.local("math/rand")
	for name := range f.local("math/rand/v2") {
		randoms[name] = true
	}
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			j.add(LawPure, f.Name, f.line(n), "the pure core %s starts a goroutine", p.Rel)
		case *ast.SelectorExpr:
			pkg, ok := n.X.(*ast.Ident)
			if !ok {
				return true
			}
			if clocks[pkg.Name] && clockFunctions[n.Sel.Name] {
				j.add(LawPure, f.Name, f.line(n), "the pure core %s reads the clock with time.%s", p.Rel, n.Sel.Name)
			}
			if randoms[pkg.Name] && !seededRandom[n.Sel.Name] {
				j.add(LawPure, f.Name, f.line(n), "the pure core %s uses the global random source with rand.%s", p.Rel, n.Sel.Name)
			}
		}
		return true
	})
}
