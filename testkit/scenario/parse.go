// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mabeam.dev/config"
	"mabeam.dev/internal/nearest"
)

// fence begins and ends expected output.
const fence = "----"

// Parse reads a scenario. The error is config.Errors with every mistake of the script; those of its files show when they are used.
func Parse(name, text string) (*Script, error) {
	p := &parser{script: &Script{Name: name, lines: strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")}}
	lines, files := split(text)
	p.script.Files = files
	p.files()
	for p.line = 0; p.line < len(lines); {
		p.command(lines)
	}
	if len(p.problems) > 0 {
		slices.SortStableFunc(p.problems, func(a, b *config.FieldError) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
		})
		return nil, p.problems
	}
	return p.script, nil
}

type parser struct {
	script   *Script
	line     int // index of the next line
	problems config.Errors
}

// wrong notes a mistake.
func (p *parser) wrong(line int, m mistake, more ...func(*config.FieldError)) {
	e := &config.FieldError{
		File: p.script.Name, Line: line, Col: m.col, Width: max(m.width, 1), Code: config.CodeSyntax, Reason: m.reason, Hint: m.hint,
	}
	if i := line - 1; i < len(p.script.lines) {
		e.Source = p.script.lines[i]
	}
	for _, f := range more {
		f(e)
	}
	p.problems = append(p.problems, e)
}

func (p *parser) files() {
	seen := map[string]int{}
	for _, f := range p.script.Files {
		if before, twice := seen[f.Name]; twice {
			p.wrong(f.Line-1, mistake{col: 4, width: len(f.Name), reason: fmt.Sprintf("file %q is there already, from line %d on", f.Name, before)})
		}
		seen[f.Name] = f.Line
	}
}

// command reads one line, and the output that is expected of it.
func (p *parser) command(lines []string) {
	at := p.line
	p.line++
	line := lines[at]
	if isFence(line) {
		p.wrong(at+1, mistake{col: 1, width: len(fence), reason: "expected output without a command in front of it"})
		p.line--
		p.block(lines)
		return
	}
	all, bad := words(line)
	if bad != nil {
		p.wrong(at+1, *bad)
	}
	c := Command{Line: at + 1}
	if len(all) > 0 && all[0].text == "!" && !all[0].quoted {
		c.Fails = true
		all = all[1:]
	}
	if len(all) == 0 {
		if c.Fails {
			p.wrong(at+1, mistake{col: 1, reason: "an exclamation mark without a command"})
		}
		return
	}
	if p.line < len(lines) && isFence(lines[p.line]) {
		c.Expected = p.block(lines)
	}
	if bad == nil && p.verb(&c, all) {
		p.script.Commands = append(p.script.Commands, c)
	}
}

// block reads expected output; p.line is the fence that begins it. One fence: up to an empty line. Two of them, one under the other: up to
// another two.
func (p *parser) block(lines []string) *Block {
	p.line++
	b := &Block{fenced: p.line < len(lines) && isFence(lines[p.line])}
	if b.fenced {
		p.line++
	}
	begin := p.line
	b.From = begin // the line number of the last fence
	for p.line < len(lines) && !b.ends(lines, p.line) {
		p.line++
	}
	b.To = p.line + 1
	b.Text = joined(lines[begin:p.line])
	if b.fenced {
		if p.line >= len(lines) {
			p.wrong(begin, mistake{col: 1, width: len(fence), reason: "expected output that does not end", hint: "two fences begin it and two end it"})
		}
		p.line += 2
	}
	return b
}

func (b *Block) ends(lines []string, i int) bool {
	if !b.fenced {
		return lines[i] == ""
	}
	return isFence(lines[i]) && i+1 < len(lines) && isFence(lines[i+1])
}

func isFence(line string) bool { return strings.TrimRight(line, " \t") == fence }

// verb finds the verb and checks the number of its arguments.
func (p *parser) verb(c *Command, all []word) bool {
	name := all[0]
	for i := range table() {
		if table()[i].Name == name.text {
			c.Verb = &table()[i]
		}
	}
	if c.Verb == nil {
		p.wrong(c.Line, mistake{col: name.col, width: name.width, reason: fmt.Sprintf("unknown verb %q", name.text), hint: "`runtime scenario verbs` lists all"},
			func(e *config.FieldError) { e.Suggestion = nearest.Word(name.text, names()) })
		return false
	}
	for _, w := range all[1:] {
		c.Args = append(c.Args, Arg{Text: w.text, Col: w.col, Quoted: w.quoted})
	}
	last := all[len(all)-1]
	c.end = last.col + last.width
	switch n := len(c.Args); {
	case n < c.Verb.Min:
		p.wrong(c.Line, mistake{col: c.end, reason: fmt.Sprintf("%s needs more arguments", name.text), hint: "usage: " + c.Verb.Usage})
		return false
	case c.Verb.Max >= 0 && n > c.Verb.Max:
		extra := all[1+c.Verb.Max]
		p.wrong(c.Line, mistake{col: extra.col, width: extra.width, reason: fmt.Sprintf("%s takes no argument %q", name.text, extra.text), hint: "usage: " + c.Verb.Usage})
		return false
	}
	if c.Verb.check == nil {
		return true
	}
	ok := true
	for _, m := range c.Verb.check(p.script, c) {
		ok = false
		p.wrong(c.Line, m)
	}
	return ok
}
