// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"slices"
	"strings"
)

// layers judges the imports among our own packages. Test files are free to reach upwards: a test may well be the place
// where two layers meet.
func (j *judge) layers(p *Package) {
	row, ok := RowOf(p.Rel)
	if !ok {
		j.add(LawTable, p.Rel, 0, "the package has no row in the layer table")
		return
	}
	for _, f := range p.Files {
		for _, im := range f.Imports {
			if !j.m.ours(im.Path) {
				continue
			}
			to := j.m.rel(im.Path)
			toRow, ok := RowOf(to)
			if !ok {
				continue // reported for the package itself
			}
			switch {
			case siblings(p.Rel, to):
				if !j.excused(LawLayers, p.Rel, to) {
					j.add(LawLayers, f.Name, im.Line, "%s imports its sibling %s", p.Rel, to)
				}
			case toRow.Layer != row.Layer && !slices.Contains(row.Imports, toRow.Layer):
				if !j.excused(LawLayers, p.Rel, to) {
					j.add(LawLayers, f.Name, im.Line, "%s (%s) imports %s (%s); allowed: %s",
						p.Rel, row.Layer, to, toRow.Layer, strings.Join(row.Imports, ", "))
				}
			case fits("internal/dash/...", p.Rel) && fitsAny([]string{"cognitive/...", "market/...", "protocols/..."}, to):
				j.add(LawLayers, f.Name, im.Line, "%s imports the domain package %s; pages come from providers", p.Rel, to)
			}
		}
	}
}

// siblings reports whether two packages belong to different members of one group of Siblings.
func siblings(from, to string) bool {
	for _, group := range Siblings {
		a := slices.IndexFunc(group, func(g string) bool { return fits(g+"/...", from) })
		b := slices.IndexFunc(group, func(g string) bool { return fits(g+"/...", to) })
		if a >= 0 && b >= 0 && a != b {
			return true
		}
	}
	return false
}

// backends judges the imports from outside the module.
func (j *judge) backends(p *Package) {
	judgeFiles := func(files []*File, tests bool) {
		for _, f := range files {
			for _, im := range f.Imports {
				for _, be := range Backends {
					if !under(be.Modules, im.Path) || tests && be.TestsOnly || fitsAny(be.Importers, p.Rel) {
						continue
					}
					if !j.excused(LawBackend, p.Rel, im.Path) {
						j.add(LawBackend, f.Name, im.Line, "%s imports %s; only %s may: %s", p.Rel, im.Path, importers(be), be.Why)
					}
				}
			}
		}
	}
	judgeFiles(p.Files, false)
	judgeFiles(p.Tests, true)
}

// product looks for test code in every program of the product, however far away it is imported.
func (j *judge) product() {
	var tests []string
	for _, be := range Backends {
		if be.TestsOnly {
			tests = append(tests, be.Modules...)
		}
	}
	for _, p := range j.m.Packages {
		if p.Name != "main" || !fits("cmd/...", p.Rel) {
			continue
		}
		if chain := j.chain(j.m.Path+"/"+p.Rel, tests); chain != nil {
			j.add(LawProduct, p.Rel, 0, "test code is linked into the program: %s", strings.Join(chain, " -> "))
		}
	}
}

// chain returns a shortest import chain from a package to one of the targets, or nil.
func (j *judge) chain(from string, targets []string) []string {
	before := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if under(targets, at) {
			var chain []string
			for ; at != ""; at = before[at] {
				chain = append(chain, at)
			}
			slices.Reverse(chain)
			return chain
		}
		for _, next := range j.m.imports[at] {
			if _, seen := before[next]; !seen {
				before[next] = at
				queue = append(queue, next)
			}
		}
	}
	return nil
}
