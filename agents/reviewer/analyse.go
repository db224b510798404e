// SPDX-License-Identifier: Apache-2.0

package reviewer

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Source is one file: its name as findings show it, and its text.
type Source struct {
	Name string
	Text []byte
}

// Analyse reviews the sources of one package. It is pure; the order of the sources does not matter. Sources that are larger
// than the limit become findings.
func Analyse(path string, sources []Source, o Options) (Report, error) {
	if err := o.Validate(); err != nil {
		return Report{}, err
	}
	if len(sources) == 0 {
		return Report{}, fmt.Errorf("reviewer: review %q: %w", path, ErrNoFiles)
	}
	o = o.withDefaults()
	files := make([]fileReview, 0, len(sources))
	for _, s := range sources {
		files = append(files, reviewFile(s, o))
	}
	return combine(path, files, o), nil
}

// fileReview is what one file adds to the report.
type fileReview struct {
	name, clause                       string
	broken, generated, skipped, tested bool
	documented                         bool // has a package comment
	bytes, lines, codeLines            int
	functions                          []Function
	exported, undocumented             int
	findings                           []Finding
}

// combine adds up the files of a package.
func combine(path string, files []fileReview, o Options) Report {
	slices.SortFunc(files, func(a, b fileReview) int { return cmp.Compare(a.name, b.name) })
	r := Report{
		Path: path, Package: clauseOf(files),
		Complex: []Function{}, Long: []Function{}, Findings: []Finding{}, ByRule: map[string]int{},
	}
	sum := 0
	for _, f := range files {
		r.add(f)
		for _, fn := range f.functions {
			sum += fn.Complexity
			r.Complexity.Max = max(r.Complexity.Max, fn.Complexity)
			if above(fn.Complexity, o.Complexity) {
				r.Complex = append(r.Complex, fn)
			}
			if above(fn.Lines, o.FunctionLines) {
				r.Long = append(r.Long, fn)
			}
		}
	}
	if r.Functions > 0 {
		r.Complexity.Mean = math.Round(100*float64(sum)/float64(r.Functions)) / 100
	}
	r.Complexity.Above, r.LongFunctions = len(r.Complex), len(r.Long)
	r.Complex = worst(r.Complex, o.MaxFindings, func(f Function) int { return f.Complexity })
	r.Long = worst(r.Long, o.MaxFindings, func(f Function) int { return f.Lines })
	r.Findings = append(r.Findings, packageComment(r.Package, files)...)
	slices.SortFunc(r.Findings, byPosition)
	for _, f := range r.Findings {
		r.ByRule[f.Rule]++
	}
	r.Total = len(r.Findings)
	r.Findings = limit(r.Findings, o.MaxFindings)
	r.Dropped = r.Total - len(r.Findings)
	return r
}

func (r *Report) add(f fileReview) {
	if f.skipped {
		r.Skipped++
	} else {
		r.Files++
	}
	if f.broken {
		r.Broken++
	}
	if f.generated {
		r.Generated++
	}
	r.Bytes += f.bytes
	r.Lines += f.lines
	r.CodeLines += f.codeLines
	r.Functions += len(f.functions)
	r.Exported += f.exported
	r.Undocumented += f.undocumented
	r.Findings = append(r.Findings, f.findings...)
}

// clauseOf returns the name that most files have in their package clause, the first in order among equals: generators with
// an ignore tag live in the same directory as another package.
func clauseOf(files []fileReview) string {
	count := map[string]int{}
	best := ""
	for _, f := range files {
		if f.clause == "" {
			continue
		}
		count[f.clause]++
		if n, m := count[f.clause], count[best]; best == "" || n > m || n == m && f.clause < best {
			best = f.clause
		}
	}
	return best
}

// packageComment wants a comment on the package clause of one file. It is put at the first file that could carry it; where
// there is none, as in a package of tests or of broken files, there is nothing to say.
func packageComment(name string, files []fileReview) []Finding {
	var first *fileReview
	for i, f := range files {
		if f.clause != name || f.broken || f.skipped || f.tested || f.generated {
			continue
		}
		if f.documented {
			return nil
		}
		if first == nil {
			first = &files[i]
		}
	}
	if first == nil {
		return nil
	}
	return []Finding{{
		Rule: RulePackageComment, Severity: SeverityInfo, File: first.name,
		Message: fmt.Sprintf("package %s has no comment", name),
	}}
}
