// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// List is what one file asks for.
type List struct {
	// Package and Pattern say which tests judge the mutants, as arguments of go test and its -run.
	Package, Pattern string
	// Mutants are in the order of the file.
	Mutants []Mutant
}

// Mutant is one mistake.
type Mutant struct {
	// Name is unique in its list.
	Name string
	// Why says in words what is wrong with the mutant.
	Why string
	// Hunks are applied in order.
	Hunks []Hunk
}

// Hunk changes one place of one file.
type Hunk struct {
	// File is slash-separated and relative to the root of the module.
	File string
	// Lines are at least one Keep or Drop, and at least one Drop or Add.
	Lines []Line
	// At is the line of the list where the hunk begins.
	At int
}

// Line is one line of a hunk without its mark.
type Line struct {
	Mark Mark
	Text string
}

// Mark says what becomes of a line.
type Mark byte

// The marks are the first characters of lines in the list.
const (
	Keep Mark = ' '
	Drop Mark = '-'
	Add  Mark = '+'
)

var mutantName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// parser reads a list from top to bottom and collects every mistake.
type parser struct {
	name   string
	list   List
	seen   map[string]bool
	faults []error
}

// parseList reads the text of a list; name is for errors. The error holds every mistake.
func parseList(name, text string) (List, error) {
	p := parser{name: name, seen: map[string]bool{}}
	n := 0
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		n++
		p.line(n, strings.TrimSuffix(line, "\r"))
	}
	p.closeMutant(n)
	if p.list.Package == "" {
		p.fault(n, "no line says which tests judge the mutants")
	}
	if len(p.list.Mutants) == 0 {
		p.fault(n, "no mutants")
	}
	return p.list, errors.Join(p.faults...)
}

func (p *parser) fault(line int, format string, args ...any) {
	p.faults = append(p.faults, fmt.Errorf("mutants: read %q: line %d: %s", p.name, line, fmt.Sprintf(format, args...)))
}

func (p *parser) line(n int, text string) {
	switch word, rest, _ := strings.Cut(text, " "); {
	case strings.TrimSpace(text) == "" || text[0] == '#':
	case word == "tests":
		p.tests(n, rest)
	case word == "mutant":
		p.closeMutant(n)
		p.mutant(n, rest)
	case word == "@@":
		p.closeHunk()
		p.hunk(n, rest)
	case Mark(text[0]) == Keep || Mark(text[0]) == Drop || Mark(text[0]) == Add:
		if h := p.open(); h != nil {
			h.Lines = append(h.Lines, Line{Mark(text[0]), text[1:]})
		} else {
			p.fault(n, "a changed line outside a hunk")
		}
	default:
		p.fault(n, "%q is neither tests, mutant, @@, a line of a hunk nor a comment", text)
	}
}

func (p *parser) tests(n int, rest string) {
	words := strings.Fields(rest)
	switch {
	case p.list.Package != "":
		p.fault(n, "the tests are named twice")
	case len(words) != 2:
		p.fault(n, "want: tests PACKAGE PATTERN")
	default:
		p.list.Package, p.list.Pattern = words[0], words[1]
		if _, err := regexp.Compile(words[1]); err != nil {
			p.fault(n, "%v", err)
		}
	}
}

func (p *parser) mutant(n int, rest string) {
	name, why, _ := strings.Cut(rest, ":")
	why = strings.TrimSpace(why)
	switch {
	case !mutantName.MatchString(name):
		p.fault(n, "%q is not a name: want small letters and digits, joined by -", name)
	case p.seen[name]:
		p.fault(n, "a second mutant %q", name)
	case why == "":
		p.fault(n, "mutant %q does not say what is wrong with it", name)
	}
	p.seen[name] = true
	p.list.Mutants = append(p.list.Mutants, Mutant{Name: name, Why: why})
}

func (p *parser) hunk(n int, file string) {
	if len(p.list.Mutants) == 0 {
		p.fault(n, "a hunk outside a mutant")
		return
	}
	if !filepath.IsLocal(filepath.FromSlash(file)) {
		p.fault(n, "%q is not the path of a file in the module", file)
	}
	m := &p.list.Mutants[len(p.list.Mutants)-1]
	m.Hunks = append(m.Hunks, Hunk{File: file, At: n})
}

// open returns the hunk that lines belong to, or nil.
func (p *parser) open() *Hunk {
	if len(p.list.Mutants) == 0 {
		return nil
	}
	hunks := p.list.Mutants[len(p.list.Mutants)-1].Hunks
	if len(hunks) == 0 {
		return nil
	}
	return &hunks[len(hunks)-1]
}

func (p *parser) closeHunk() {
	h := p.open()
	if h == nil {
		return
	}
	var marks [256]int
	for _, l := range h.Lines {
		marks[l.Mark]++
	}
	if marks[Keep]+marks[Drop] == 0 {
		p.fault(h.At, "the hunk does not say where it belongs")
	}
	if marks[Drop]+marks[Add] == 0 {
		p.fault(h.At, "the hunk changes nothing")
	}
}

func (p *parser) closeMutant(n int) {
	p.closeHunk()
	if k := len(p.list.Mutants); k > 0 && len(p.list.Mutants[k-1].Hunks) == 0 {
		p.fault(n, "mutant %q changes nothing", p.list.Mutants[k-1].Name)
	}
}
