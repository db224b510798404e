// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mostShown is how many problems are printed in full.
const mostShown = 20

// Text returns the problems for people: each with its line, a caret under the value and what was probably meant; at
// most 20 of them and then how many more there are. It ends with a newline.
func (e Errors) Text() string {
	var b strings.Builder
	for i, p := range e {
		if i == mostShown {
			fmt.Fprintf(&b, "and %d more\n", len(e)-mostShown)
			break
		}
		b.WriteString(p.Text())
	}
	return b.String()
}

// Text returns the problem for people in three lines: message, source line, caret with advice. It ends with a newline.
func (e *FieldError) Text() string {
	var b strings.Builder
	b.WriteString(e.Error())
	b.WriteByte('\n')
	line, col, width := window(e.Source, e.Col, e.Width)
	gutter := "     "
	if e.Line > 0 {
		gutter = fmt.Sprintf("%5d", e.Line)
	}
	fmt.Fprintf(&b, "%s | %s\n%s | %s%s", gutter, shown(line), strings.Repeat(" ", len(gutter)), padding(line, col), carets(line, col, width))
	if advice := e.advice(); advice != "" {
		b.WriteString(" " + advice)
	}
	b.WriteByte('\n')
	return b.String()
}

// advice is what stands behind the caret.
func (e *FieldError) advice() string {
	var parts []string
	switch {
	case len(e.OneOf) > 0:
		parts = append(parts, "one of: "+strings.Join(e.OneOf, ", "))
	case e.Want != "" && !strings.Contains(e.Reason, e.Want):
		parts = append(parts, "want "+e.Want)
	}
	if e.Hint != "" {
		parts = append(parts, e.Hint)
	}
	text := strings.Join(parts, "; ")
	if e.Suggestion != "" {
		text = strings.TrimSpace("did you mean " + quote(e.Suggestion) + "? " + text)
	}
	return shown(text)
}

// JSON returns all problems as one object with the stable keys version and problems. It ends with a newline.
func (e Errors) JSON() []byte {
	type problem struct {
		File       string   `json:"file"`
		Line       int      `json:"line,omitempty"`
		Col        int      `json:"col"`
		Width      int      `json:"width"`
		Path       string   `json:"path"`
		Code       Code     `json:"code"`
		Reason     string   `json:"reason"`
		Got        string   `json:"got,omitempty"`
		Want       string   `json:"want,omitempty"`
		Suggestion string   `json:"suggestion,omitempty"`
		OneOf      []string `json:"one_of,omitempty"`
		Hint       string   `json:"hint,omitempty"`
	}
	out := struct {
		Version  int       `json:"version"`
		Problems []problem `json:"problems"`
	}{Version: 1, Problems: make([]problem, len(e))}
	for i, p := range e {
		out.Problems[i] = problem{p.File, p.Line, p.Col, p.Width, p.Path, p.Code, p.Reason, p.Got, p.Want, p.Suggestion, p.OneOf, p.Hint}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		panic("config: encode problems: " + err.Error()) // strings and ints only: cannot fail
	}
	return b.Bytes()
}

// window cuts a very long line down to the surroundings of the caret, as a JSON file is often one line.
func window(line string, col, width int) (string, int, int) {
	const before, most = 60, 160
	runes := []rune(line)
	if len(runes) <= most {
		return line, col, width
	}
	start := max(0, min(col-1-before, len(runes)-most))
	end := min(len(runes), start+most)
	cut := string(runes[start:end])
	col -= start
	if start > 0 {
		cut, col = "…"+cut, col+1
	}
	if end < len(runes) {
		cut += "…"
	}
	return cut, col, min(width, end-start)
}

// padding returns what puts the caret under a column: a tab for each tab, so that both lines stop at the same places,
// and spaces as wide as each other character.
func padding(line string, col int) string {
	var b strings.Builder
	for _, r := range line {
		if col--; col <= 0 {
			break
		}
		if r == '\t' {
			b.WriteByte('\t')
			continue
		}
		b.WriteString(strings.Repeat(" ", columns(r)))
	}
	if col > 1 {
		b.WriteString(strings.Repeat(" ", col-1))
	}
	return b.String()
}

func carets(line string, col, width int) string {
	wide := 0
	for _, r := range from(line, col) {
		if width--; width < 0 {
			break
		}
		wide += columns(r)
	}
	return strings.Repeat("^", max(wide, 1))
}

// shown replaces what a terminal would obey instead of show.
func shown(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.Map(func(r rune) rune {
		if r != '\t' && (unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r)) {
			return '\uFFFD'
		}
		return r
	}, s)
}

// columns is the width of a character on a terminal: none for combining marks and joiners, two for East Asian wide
// letters and pictures, else one.
func columns(r rune) int {
	switch {
	case unicode.Is(unicode.Bidi_Control, r):
		return 1 // printed as a replacement character
	case unicode.In(r, unicode.Mn, unicode.Me) || r == '\u200b' || r == '\u200c' || r == '\u200d' || r == '\ufeff':
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}

var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x1100, 0x115f, 1},
		{0x231a, 0x231b, 1},
		{0x23e9, 0x23ec, 1},
		{0x2614, 0x2615, 1},
		{0x2648, 0x2653, 1},
		{0x26a1, 0x26a1, 1},
		{0x26bd, 0x26be, 1},
		{0x2705, 0x2705, 1},
		{0x274c, 0x274c, 1},
		{0x2753, 0x2755, 1},
		{0x2795, 0x2797, 1},
		{0x2e80, 0x303e, 1},
		{0x3041, 0x33ff, 1},
		{0x3400, 0x4dbf, 1},
		{0x4e00, 0x9fff, 1},
		{0xa000, 0xa4cf, 1},
		{0xa960, 0xa97f, 1},
		{0xac00, 0xd7a3, 1},
		{0xf900, 0xfaff, 1},
		{0xfe30, 0xfe6f, 1},
		{0xff00, 0xff60, 1},
		{0xffe0, 0xffe6, 1},
	},
	R32: []unicode.Range32{
		{0x16fe0, 0x18cff, 1},
		{0x1b000, 0x1b2ff, 1},
		{0x1f004, 0x1f004, 1},
		{0x1f0cf, 0x1f0cf, 1},
		{0x1f18e, 0x1f19a, 1},
		{0x1f200, 0x1f320, 1},
		{0x1f32d, 0x1f335, 1},
		{0x1f337, 0x1f37c, 1},
		{0x1f37e, 0x1f393, 1},
		{0x1f3a0, 0x1f3ca, 1},
		{0x1f3cf, 0x1f3f0, 1},
		{0x1f3f8, 0x1f43e, 1},
		{0x1f440, 0x1f4fc, 1},
		{0x1f4ff, 0x1f53d, 1},
		{0x1f54b, 0x1f567, 1},
		{0x1f595, 0x1f596, 1},
		{0x1f5fb, 0x1f64f, 1},
		{0x1f680, 0x1f6c5, 1},
		{0x1f6cc, 0x1f6cc, 1},
		{0x1f6d0, 0x1f6d7, 1},
		{0x1f6eb, 0x1f6ec, 1},
		{0x1f6f4, 0x1f6fc, 1},
		{0x1f7e0, 0x1f7eb, 1},
		{0x1f90c, 0x1f9ff, 1},
		{0x1fa70, 0x1faff, 1},
		{0x20000, 0x3fffd, 1},
	},
}
