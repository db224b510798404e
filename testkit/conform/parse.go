// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	faults "mabeam.dev/actors/fault"
)

// ParseError is one mistake of a script.
type ParseError struct {
	File string // as the caller named it
	Line int    // from 1
	Text string // the statement, blanks normalised; empty when the mistake is in no line
	Err  error  // what is wrong with the line
}

// Error names file, line, statement and reason.
func (e *ParseError) Error() string {
	if e.Text == "" {
		return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err)
	}
	return fmt.Sprintf("%s:%d: %s: %v", e.File, e.Line, e.Text, e.Err)
}

// FaultCode is E1901.
func (*ParseError) FaultCode() faults.Code { return 1901 }

// Unwrap returns the reason.
func (e *ParseError) Unwrap() error { return e.Err }

// ParseErrors are all mistakes of a script in the order of their lines.
type ParseErrors []*ParseError

// Error joins the mistakes, one a line.
func (e ParseErrors) Error() string {
	texts := make([]string, len(e))
	for i, one := range e {
		texts[i] = one.Error()
	}
	return strings.Join(texts, "\n")
}

// FaultCode is E1902.
func (ParseErrors) FaultCode() faults.Code { return 1902 }

// Unwrap lets errors.As find a *ParseError.
func (e ParseErrors) Unwrap() []error {
	errs := make([]error, len(e))
	for i, one := range e {
		errs[i] = one
	}
	return errs
}

// ParseFile reads and parses a script. The error is that of reading, or [ParseErrors].
func ParseFile(path string) (Script, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Script{}, fmt.Errorf("conform: read script: %w", err)
	}
	return Parse(path, string(text))
}

// Parse parses a script. The name stands for the file in errors, which are [ParseErrors].
func Parse(name, text string) (Script, error) {
	p := parser{file: name, script: Script{Sups: make(map[string]Sup)}}
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		p.line = i + 1
		p.words = strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\r", r) })
		if len(p.words) > 0 {
			p.statement()
		}
	}
	p.finish()
	if len(p.errs) > 0 {
		slices.SortStableFunc(p.errs, func(a, b *ParseError) int { return a.Line - b.Line })
		return Script{}, p.errs
	}
	return p.script, nil
}

type parser struct {
	file    string
	line    int
	words   []string // of the line in hand
	running bool     // past the line run
	script  Script
	needs   []need
	errs    ParseErrors
}

// need is a supervisor that must be defined somewhere.
type need struct {
	sup  string
	line int
	text string
}

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (p *parser) fail(err error) {
	p.errs = append(p.errs, &ParseError{File: p.file, Line: p.line, Text: p.text(), Err: err})
}

func (p *parser) text() string { return strings.Join(p.words, " ") }

func (p *parser) require(sup string) { p.needs = append(p.needs, need{sup, p.line, p.text()}) }

func (p *parser) statement() {
	var err error
	switch {
	case p.running:
		err = p.operation()
	case len(p.words) == 1 && p.words[0] == "run":
		p.running = true
	case p.words[0] == "sup":
		err = p.sup()
	case p.words[0] == "child":
		err = p.child()
	default:
		err = errors.New("not a definition; operations come after the line run")
	}
	if err != nil {
		p.fail(err)
	}
}

func (p *parser) finish() {
	p.words = nil
	if !p.running {
		p.fail(errors.New("there is no line run"))
	}
	if p.script.Root == "" {
		p.fail(errors.New("there is no sup"))
	}
	for _, n := range p.needs {
		if !p.script.Sups[n.sup].defined {
			p.errs = append(p.errs, &ParseError{p.file, n.line, n.text, fmt.Errorf("sup %s is not defined", n.sup)})
		}
	}
	for name, sup := range p.script.Sups {
		if !sup.defined {
			delete(p.script.Sups, name)
		}
	}
}

func name(text string) (string, error) {
	if !namePattern.MatchString(text) {
		return "", fmt.Errorf("%q is no name: lower-case letters, digits and underscores", text)
	}
	return text, nil
}

func (p *parser) sup() error {
	if len(p.words) < 2 {
		return errors.New("want sup NAME [key=value ...]")
	}
	id, err := name(p.words[1])
	if err != nil {
		return err
	}
	sup := p.script.Sups[id]
	sup.defined = true
	p.script.Sups[id] = sup // known even if its keys are wrong, lest that be reported as well
	if p.script.Root == "" {
		p.script.Root = id
	}
	attrs, err := parseAttrs(p.words[2:], supKeys)
	if err != nil {
		return err
	}
	sup.Spec.Strategy, sup.Spec.Intensity = attrs.term("strategy"), attrs.term("intensity")
	sup.Spec.Period, sup.Spec.AutoShutdown = attrs.term("period"), attrs.term("auto_shutdown")
	sup.Starts = attrs.starts
	p.script.Sups[id] = sup
	p.script.head = append(p.script.head, p.text())
	return nil
}

func (p *parser) child() error {
	if len(p.words) < 3 {
		return errors.New("want child SUP ID [key=value ...]")
	}
	parent, err := name(p.words[1])
	if err != nil {
		return err
	}
	attrs, err := parseAttrs(p.words[3:], childKeys)
	if err != nil {
		return err
	}
	c, err := p.childSpec(p.words[2], attrs)
	if err != nil {
		return err
	}
	p.require(parent)
	sup := p.script.Sups[parent]
	sup.Children = append(sup.Children, c)
	p.script.Sups[parent] = sup
	p.script.head = append(p.script.head, p.text())
	return nil
}

func (p *parser) childSpec(id string, attrs attributes) (Child, error) {
	id, err := name(id)
	if err != nil {
		return Child{}, err
	}
	c := attrs.child(id)
	if c.Spec.Kind == "supervisor" {
		p.require(id)
	} else if slices.ContainsFunc(c.Starts, func(o Outcome) bool { return o.Kind == StartBad }) {
		return Child{}, errors.New("the outcome bad is for supervisors only")
	}
	return c, nil
}
