// SPDX-License-Identifier: Apache-2.0

package reviewer

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"
)

// reviewFile reviews one file. Its options have their defaults.
func reviewFile(s Source, o Options) fileReview {
	if int64(len(s.Text)) > o.MaxFileBytes {
		return tooLarge(s.Name, int64(len(s.Text)), o)
	}
	f := fileReview{
		name: s.Name, tested: strings.HasSuffix(s.Name, "_test.go"),
		bytes: len(s.Text), lines: countLines(s.Text), codeLines: countCodeLines(s.Text),
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, s.Name, s.Text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		f.broken = true
		f.findings = syntaxFindings(s, err)
		return f
	}
	f.clause = file.Name.Name
	f.generated = ast.IsGenerated(file)
	f.documented = file.Doc != nil && strings.TrimSpace(file.Doc.Text()) != ""
	v := visitor{file: &f, fset: fset, options: o}
	v.functions(file)
	v.undocumented(file)
	return f
}

func tooLarge(name string, size int64, o Options) fileReview {
	return fileReview{name: name, skipped: true, findings: []Finding{{
		Rule: RuleTooLarge, Severity: SeverityError, File: name,
		Message: fmt.Sprintf("%d bytes, the limit is %d: not reviewed", size, o.MaxFileBytes),
	}}}
}

// syntaxFindings takes the parser's errors apart; it reports at most ten for a file, one for a line. The position comes from
// the offset, because the parser's own lines obey line directives.
func syntaxFindings(s Source, err error) []Finding {
	finding := func(message string) Finding {
		return Finding{Rule: RuleSyntax, Severity: SeverityError, File: s.Name, Message: message}
	}
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return []Finding{finding(err.Error())}
	}
	out := make([]Finding, 0, len(list))
	for _, e := range list {
		f := finding(e.Msg)
		before := s.Text[:min(e.Pos.Offset, len(s.Text))]
		f.Line = bytes.Count(before, []byte("\n")) + 1
		f.Column = len(before) - bytes.LastIndexByte(before, '\n')
		out = append(out, f)
	}
	return out
}

// countLines counts a last line without an end as well.
func countLines(text []byte) int {
	n := bytes.Count(text, []byte("\n"))
	if len(text) > 0 && text[len(text)-1] != '\n' {
		n++
	}
	return n
}

// countCodeLines counts the lines that hold a token or a part of one; it works on broken files, too.
func countCodeLines(text []byte) int {
	fset := token.NewFileSet()
	file := fset.AddFile("", fset.Base(), len(text))
	var s scanner.Scanner
	s.Init(file, text, func(token.Position, string) {}, 0)
	count, last := 0, 0
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return count
		}
		if tok == token.SEMICOLON && lit == "\n" {
			continue // put in by the scanner
		}
		from := file.PositionFor(pos, false).Line
		to := from
		if tok == token.STRING {
			to += strings.Count(lit, "\n")
		}
		count += to - max(from, last+1) + 1
		last = max(last, to)
	}
}

// visitor collects what one parsed file has to say.
type visitor struct {
	file    *fileReview
	fset    *token.FileSet
	options Options
}

// add records a finding, unless a program wrote the file: nobody is going to follow it.
func (v *visitor) add(rule string, severity Severity, at token.Pos, format string, args ...any) {
	if v.file.generated {
		return
	}
	p := v.position(at)
	v.file.findings = append(v.file.findings, Finding{
		Rule: rule, Severity: severity, File: v.file.name, Line: p.Line, Column: p.Column, Message: fmt.Sprintf(format, args...),
	})
}

// position ignores line directives: a finding belongs to the file that was read.
func (v *visitor) position(p token.Pos) token.Position { return v.fset.PositionFor(p, false) }
