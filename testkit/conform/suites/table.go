// SPDX-License-Identifier: Apache-2.0

package suites

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"mabeam.dev/actors/fault"
)

// Table is one page: the cases of one suite.
type Table struct {
	// Page is the file that it was read from, for messages.
	Page string
	// Title is the text of the page's first heading.
	Title string
	// Rows are the cases in the order of the suite.
	Rows []Row
}

// Row is one case of the suite.
type Row struct {
	// Line is where the row stands in its page, counted from 1.
	Line int
	// Case is the name that the suite gives it, with what tells it from others of that name.
	Case string
	// Asserts is what it asserts.
	Asserts string
	// Tests hold the case; empty exactly if it does not apply.
	Tests []Ref
	// Reason is why the case does not apply.
	Reason string
}

// Applies reports whether the case has a counterpart here.
func (r Row) Applies() bool { return r.Reason == "" }

// Ref names a test of ours.
type Ref struct {
	// Package is the directory of the package, relative to the module.
	Package string
	// Test is the function, Subtest what follows its first slash, if anything.
	Test, Subtest string
}

// String is the reference as a page has it, without quotes.
func (r Ref) String() string {
	if r.Subtest == "" {
		return r.Package + " " + r.Test
	}
	return r.Package + " " + r.Test + "/" + r.Subtest
}

// RowError is one fault of a page.
type RowError struct {
	Page  string // where
	Line  int    // from 1; 0 for the page as a whole
	Fault string // what is wrong
}

// Error names page, line and fault.
func (e *RowError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("suites: check %q: %s", e.Page, e.Fault)
	}
	return fmt.Sprintf("suites: check %q: line %d: %s", e.Page, e.Line, e.Fault)
}

// FaultCode is E1905.
func (*RowError) FaultCode() fault.Code { return 1905 }

// header is the first line of every table.
var header = []string{"Case", "Asserts", "Ours"}

const (
	notApplicable = "does not apply:"
	// minReason is the least length of a reason that says something.
	minReason = 15
)

// Parse reads a page. Its error joins a *RowError for each fault; the rows without fault are in the table all the same.
func Parse(page, text string) (Table, error) {
	p := reader{table: Table{Page: page}, seen: map[string]int{}}
	for i, line := range strings.Split(text, "\n") {
		p.line(i+1, strings.TrimSpace(line))
	}
	switch {
	case p.table.Title == "":
		p.fault(0, "there is no heading")
	case p.state == beforeTable:
		p.fault(0, "there is no table")
	case !p.prose:
		p.fault(0, "there is no paragraph that says which suite this is")
	}
	return p.table, errors.Join(p.faults...)
}

// reader reads one page, line by line.
type reader struct {
	table  Table
	state  state
	prose  bool // there is a paragraph before the table
	seen   map[string]int
	faults []error
}

// state is where in a page the reader is.
type state uint8

const (
	beforeTable state = iota
	underHeader
	inTable
	afterTable
)

func (p *reader) fault(line int, format string, args ...any) {
	p.faults = append(p.faults, &RowError{p.table.Page, line, fmt.Sprintf(format, args...)})
}

func (p *reader) line(n int, line string) {
	isRow := strings.HasPrefix(line, "|")
	switch {
	case p.state == beforeTable && isRow:
		if got := cells(line); strings.Join(got, "|") != strings.Join(header, "|") {
			p.fault(n, "the columns are %q, not %q", got, header)
		}
		p.state = underHeader
	case p.state == beforeTable:
		if title, ok := strings.CutPrefix(line, "# "); ok && p.table.Title == "" {
			p.table.Title = strings.TrimSpace(title)
		} else if line != "" && !strings.HasPrefix(line, "#") {
			p.prose = true
		}
	case p.state == underHeader:
		if strings.Trim(line, "|-: ") != "" || !isRow {
			p.fault(n, "the line below the columns is %q", line)
		}
		p.state = inTable
	case p.state == inTable && isRow:
		p.row(n, cells(line))
	case p.state == inTable:
		p.state = afterTable
	case isRow:
		p.fault(n, "a second table, or one that is broken by a line without |")
	}
}

func (p *reader) row(n int, cell []string) {
	if len(cell) != len(header) {
		p.fault(n, "%d cells, not %d; a | within a cell is written \\|", len(cell), len(header))
		return
	}
	r := Row{Line: n, Case: strings.ReplaceAll(cell[0], "`", ""), Asserts: cell[1]}
	if r.Case == "" || r.Asserts == "" {
		p.fault(n, "an empty cell")
		return
	}
	if first, twice := p.seen[r.Case]; twice {
		p.fault(n, "case %q is in line %d already", r.Case, first)
		return
	}
	p.seen[r.Case] = n
	if reason, ok := strings.CutPrefix(cell[2], notApplicable); ok {
		if r.Reason = strings.TrimSpace(reason); len(r.Reason) < minReason {
			p.fault(n, "case %q does not apply, but %q is no reason", r.Case, r.Reason)
			return
		}
	} else if r.Tests = refs(cell[2]); r.Tests == nil {
		p.fault(n, "case %q names its tests as %q; write `dir` `Test`, one or several with commas, or %q and a reason", r.Case, cell[2], notApplicable)
		return
	}
	p.table.Rows = append(p.table.Rows, r)
}

// cells splits a row at each | that is not escaped.
func cells(line string) []string {
	const bar = "\x00"
	line = strings.ReplaceAll(line, `\|`, bar)
	line = strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|")
	out := strings.Split(line, "|")
	for i, c := range out {
		out[i] = strings.TrimSpace(strings.ReplaceAll(c, bar, "|"))
	}
	return out
}

// one is a reference to a test as a page has it.
var one = regexp.MustCompile("^`([a-z0-9_./]+)` `([A-Z][A-Za-z0-9_]*)(?:/([^`]+))?`$")

// refs reads a list of references; nil if it is none.
func refs(cell string) []Ref {
	var out []Ref
	for part := range strings.SplitSeq(cell, "`, `") { // a subtest's name may have a comma
		m := one.FindStringSubmatch("`" + strings.Trim(part, "`") + "`")
		if m == nil {
			return nil
		}
		out = append(out, Ref{m[1], m[2], m[3]})
	}
	return out
}
