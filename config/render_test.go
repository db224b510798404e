// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestACaretStandsUnderItsValueWhateverIsBeforeIt(t *testing.T) {
	for name, c := range map[string]struct{ before, value string }{
		"plain":     {"  level: ", "inof"},
		"tabs":      {"\t{\tlevel:\t", "inof"},
		"wide":      {"日本語: ", "日本"},
		"combining": {"e\u0301e\u0301: ", "x\u0301y"},
		"emoji":     {"🙂🙂 ", "🙂"},
		"nothing":   {"", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			line := c.before + c.value + " # rest"
			e := &FieldError{File: "f", Line: 1, Col: len([]rune(c.before)) + 1, Width: len([]rune(c.value)), Reason: "r", Source: line}
			rows := strings.Split(e.Text(), "\n")
			caret := strings.Index(rows[2], "^")
			assert.Equal(t, screen("    1 | "+c.before), screen(rows[2][:caret]))
			assert.Equal(t, screen(c.value), strings.Count(rows[2], "^"))
		})
	}
}

// screen is the column a terminal reaches after printing a text, with tab stops every 8 columns.
func screen(s string) int {
	col := 0
	for _, r := range s {
		switch {
		case r == '\t':
			col += 8 - col%8
		case r == '\u0301':
		case r > 0x2000:
			col += 2
		default:
			col++
		}
	}
	return col
}

func TestPathsReadBackAsTheyWereWritten(t *testing.T) {
	for path, want := range map[string][]part{
		"a":                        {{"a", false}},
		"tree.children[0].count":   {{"tree", false}, {"children", false}, {"0", true}, {"count", false}},
		"tree.children[a.b].env.X": {{"tree", false}, {"children", false}, {"a.b", true}, {"env", false}, {"X", false}},
		`a["b c"]`:                 {{"a", false}, {"b c", true}},
		"":                         nil, ".": nil, "a.": nil, ".a": nil, "a..b": nil, "a[": nil, "a[]": nil, "a.[0]": nil, "a[0]b": nil,
	} {
		got, ok := splitPath(path)
		assert.Equal(t, want != nil, ok, path)
		if ok {
			assert.Equal(t, want, got, path)
		}
	}
}
