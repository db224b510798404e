// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Law names one rule; exceptions and planted tests refer to it.
type Law string

// The laws, each held by the function of the same idea.
const (
	LawTable     Law = "table"     // every package has a row
	LawLayers    Law = "layers"    // imports go downwards, never to a sibling
	LawBackend   Law = "backend"   // one importer per back end, no test code in product files
	LawProduct   Law = "product"   // no chain from a program to testing
	LawPure      Law = "pure"      // a core has no clock, goroutine, lock, I/O or global randomness
	LawDoc       Law = "doc"       // doc.go holds the one package comment
	LawHeader    Law = "header"    // every file starts with its licence
	LawGoroutine Law = "goroutine" // go statements only where allowed, with who waits
	LawSleep     Law = "sleep"     // no sleeping and no polling
	LawParse     Law = "parse"     // what cannot be read cannot be judged
	LawException Law = "exception" // an exception must excuse something
)

// Violation is one breach of one law.
type Violation struct {
	Law    Law
	File   string // relative to the module; a package path where no single file is to blame
	Line   int    // 0 where there is none
	Detail string
}

// String writes the violation as compilers do, so that editors can jump to it.
func (v Violation) String() string {
	if v.Line > 0 {
		return fmt.Sprintf("%s:%d: %s: %s", v.File, v.Line, v.Law, v.Detail)
	}
	return fmt.Sprintf("%s: %s: %s", v.File, v.Law, v.Detail)
}

// judge collects violations and remembers which exceptions were needed.
type judge struct {
	m          *Module
	exceptions []Exception
	used       []bool
	found      []Violation
}

// Check judges a module by all laws. The result is sorted and empty when the module obeys.
func Check(m *Module, exceptions []Exception) []Violation {
	j := &judge{m: m, exceptions: exceptions, used: make([]bool, len(exceptions))}
	for _, p := range m.Packages {
		j.parse(p)
		j.layers(p)
		j.backends(p)
		j.pure(p)
		j.doc(p)
		j.goroutines(p)
		j.sleeps(p)
	}
	j.product()
	j.headers()
	for i, e := range exceptions {
		if !j.used[i] && !e.Planned {
			j.add(LawException, e.Where, 0, "the exception from %q for %q excuses nothing: remove it", e.Law, e.What)
		}
	}
	slices.SortFunc(j.found, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Law, b.Law), cmp.Compare(a.Detail, b.Detail))
	})
	return slices.Compact(j.found)
}

func (j *judge) add(law Law, file string, line int, format string, args ...any) {
	j.found = append(j.found, Violation{Law: law, File: file, Line: line, Detail: fmt.Sprintf(format, args...)})
}

// excused reports whether an exception covers the place, and marks it as needed.
func (j *judge) excused(law Law, where, what string) bool {
	ok := false
	for i, e := range j.exceptions {
		if e.Law == law && fits(e.Where, where) && e.What == what {
			j.used[i], ok = true, true
		}
	}
	return ok
}

func (j *judge) parse(p *Package) {
	for _, f := range slices.Concat(p.Files, p.Tests) {
		if f.Err != nil {
			text, _, _ := strings.Cut(f.Err.Error(), "\n")
			j.add(LawParse, f.Name, 0, "%s", text)
		}
	}
}
