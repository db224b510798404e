// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
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

func TestNearestAgreesWithANaiveEditDistance(t *testing.T) {
	word := rapid.StringMatching(`[abc]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		want := naive(a, b)
		for most := range 4 {
			if got := distance(a, b, most); got != min(want, most+1) {
				t.Fatalf("distance(%q, %q, %d) = %d, naive %d", a, b, most, got, want)
			}
		}
	})
}

// naive is the textbook recursion of the restricted edit distance with swaps.
func naive(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	cost := 1
	if a[len(a)-1] == b[len(b)-1] {
		cost = 0
	}
	d := min(naive(a[:len(a)-1], b)+1, naive(a, b[:len(b)-1])+1, naive(a[:len(a)-1], b[:len(b)-1])+cost)
	if n, m := len(a), len(b); n > 1 && m > 1 && a[n-1] == b[m-2] && a[n-2] == b[m-1] {
		d = min(d, naive(a[:n-2], b[:m-2])+1)
	}
	return d
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
