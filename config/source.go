// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"
	"unicode/utf8"
)

// layer is where a value comes from; a later layer wins over an earlier one.
type layer uint8

const (
	fromDefault layer = iota
	fromFile
	fromEnv
	fromSet
)

// source is a text that values are read from: a file, or one variable or argument.
type source struct {
	layer   layer
	name    string
	lines   []string
	columns map[int]ruler // of long lines; made when first asked for
}

func fileSource(name, text string) *source {
	return &source{layer: fromFile, name: name, lines: splitLines(text)}
}

// splitLines breaks a text where YAML does: besides LF and CR LF also at a lone CR, NEL, and the Unicode line and
// paragraph separators. Otherwise line numbers of the parser and of messages would part.
func splitLines(text string) []string {
	var lines []string
	start := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == '\r' && i+1 < len(text) && text[i+1] == '\n' {
			size = 2
		}
		next := i + size
		switch r {
		case '\n', '\r', '\u0085', '\u2028', '\u2029':
			lines = append(lines, text[start:i])
			start = next
		}
		i = next
	}
	return append(lines, text[start:])
}

func (s *source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return s.lines[n-1]
}

// at makes a place that lies inside the text whatever the parser claims.
func (s *source) at(line, col, width int) place {
	line = min(max(line, 1), len(s.lines))
	length := s.length(line)
	col = min(max(col, 1), length+1)
	width = min(max(width, 1), max(length+1-col, 1))
	return place{src: s, line: line, col: col, width: width}
}

// place is a stretch of one line of a source.
type place struct {
	src              *source
	line, col, width int
}

// origin tells users where a value came from.
func (p place) origin() Origin {
	if p.src == nil {
		return Origin{}
	}
	o := Origin{Source: p.src.layer.source(), Name: p.src.name}
	if p.src.layer == fromFile {
		o.Line, o.Col = p.line, p.col
	}
	return o
}

// ruler finds characters in a long line without counting from its start each time: a JSON file may be one line of
// megabytes with a value every few bytes.
type ruler struct {
	length int
	marks  []int // byte offset of every markEvery-th character
}

const (
	longLine  = 512
	markEvery = 256
)

func (s *source) ruler(line int) ruler {
	if r, ok := s.columns[line]; ok {
		return r
	}
	var r ruler
	for i := range s.line(line) {
		if r.length%markEvery == 0 {
			r.marks = append(r.marks, i)
		}
		r.length++
	}
	if s.columns == nil {
		s.columns = map[int]ruler{}
	}
	s.columns[line] = r
	return r
}

// length counts the characters of a line.
func (s *source) length(line int) int {
	text := s.line(line)
	if len(text) < longLine {
		return utf8.RuneCountInString(text)
	}
	return s.ruler(line).length
}

// from returns a line from a column on.
func (s *source) from(line, col int) string {
	text := s.line(line)
	if len(text) < longLine {
		return from(text, col)
	}
	r := s.ruler(line)
	if col > r.length {
		return ""
	}
	mark := (col - 1) / markEvery
	return from(text[r.marks[mark]:], col-mark*markEvery)
}

// extent counts the characters a scalar takes at the start of the rest of its line.
func extent(rest, text string, opening byte) int {
	switch opening {
	case '"', '\'':
		if rest == "" || rest[0] != opening {
			return 1
		}
		for i := 1; i < len(rest); i++ {
			if opening == '"' && rest[i] == '\\' {
				i++
				continue
			}
			if rest[i] != opening {
				continue
			}
			if opening == '\'' && i+1 < len(rest) && rest[i+1] == '\'' {
				i++
				continue
			}
			return utf8.RuneCountInString(rest[:i+1])
		}
		return utf8.RuneCountInString(strings.TrimRight(rest, " \t"))
	}
	if text != "" && strings.HasPrefix(rest, text) {
		return utf8.RuneCountInString(text)
	}
	return 1
}

// from returns the line from a column on.
func from(line string, col int) string {
	for i := range line {
		if col--; col == 0 {
			return line[i:]
		}
	}
	return ""
}
