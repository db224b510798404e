// SPDX-License-Identifier: Apache-2.0

package reviewer

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// Severity says how much a finding matters.
type Severity string

// The severities, most severe first.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityInfo    Severity = "info"
)

func (s Severity) rank() int {
	switch s {
	case SeverityError:
		return 0
	case SeverityWarning:
		return 1
	case SeverityInfo:
		return 2
	}
	return 3
}

// The rules of findings.
const (
	RuleSyntax         = "syntax-error"
	RuleTooLarge       = "file-too-large"
	RuleComplexity     = "complexity"
	RuleLongFunction   = "long-function"
	RuleUndocumented   = "undocumented"
	RulePackageComment = "package-comment"
)

// Finding is one thing worth a look.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	File     string   `json:"file"`
	// Line and Column count from 1, columns in bytes; both are 0 for findings about a whole file.
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
}

// Function is one function that a list of the report names.
type Function struct {
	// Name is "F", "T.M" or "(*T).M"; a literal bound to a package variable has the variable's name.
	Name       string `json:"name"`
	File       string `json:"file"`
	Line       int    `json:"line"`
	Lines      int    `json:"lines"`
	Complexity int    `json:"complexity"`
}

// Complexity sums up the cyclomatic complexity of all functions.
type Complexity struct {
	Max int `json:"max"`
	// Mean is rounded to two decimals; 0 without functions.
	Mean float64 `json:"mean"`
	// Above is how many functions lie above the threshold.
	Above int `json:"above"`
}

// Report is the review of one package.
type Report struct {
	// Path is the import path that the review was asked for, Package the name in the files' package clauses.
	Path    string `json:"path"`
	Package string `json:"package"`
	// Files counts the files reviewed; Broken those among them with syntax errors, Generated those written by a program,
	// Skipped those not read because of their size (not among Files).
	Files     int `json:"files"`
	Broken    int `json:"broken"`
	Generated int `json:"generated"`
	Skipped   int `json:"skipped"`
	// Bytes, Lines and CodeLines measure the files; a code line has at least one token on it.
	Bytes     int `json:"bytes"`
	Lines     int `json:"lines"`
	CodeLines int `json:"code_lines"`
	// Functions counts function declarations with a body and literals bound to package variables.
	Functions  int        `json:"functions"`
	Complexity Complexity `json:"complexity"`
	// Exported counts exported names that should have a comment, Undocumented those that have none.
	Exported     int `json:"exported"`
	Undocumented int `json:"undocumented"`
	// LongFunctions counts functions longer than the threshold.
	LongFunctions int `json:"long_functions"`
	// Complex and Long list the functions above the thresholds, the worst first, at most Options.MaxFindings of each.
	Complex []Function `json:"complex"`
	Long    []Function `json:"long"`
	// Findings are sorted by position; Total counts them all, ByRule by rule, Dropped those left out of the list.
	Findings []Finding      `json:"findings"`
	Total    int            `json:"total"`
	Dropped  int            `json:"dropped"`
	ByRule   map[string]int `json:"by_rule"`
}

// JSON encodes the report on one line without a line end. Equal reports give equal bytes.
func (r Report) JSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return nil, fmt.Errorf("reviewer: encode %q: %w", r.Path, err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// limit keeps the most severe findings, and among equals the first by position, then restores the order by position.
func limit(findings []Finding, most int) []Finding {
	if len(findings) > most {
		slices.SortStableFunc(findings, func(a, b Finding) int { return cmp.Compare(a.Severity.rank(), b.Severity.rank()) })
		findings = findings[:most:most]
		slices.SortFunc(findings, byPosition)
	}
	return findings
}

func byPosition(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
		cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message),
	)
}

// worst sorts functions by a figure, largest first, and keeps at most as many as a report may list.
func worst(functions []Function, most int, figure func(Function) int) []Function {
	slices.SortFunc(functions, func(a, b Function) int {
		return cmp.Or(
			cmp.Compare(figure(b), figure(a)), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Name, b.Name),
		)
	})
	return functions[:min(len(functions), most):min(len(functions), most)]
}
