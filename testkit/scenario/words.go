// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"strings"
	"unicode"
)

// word is a piece of a command line.
type word struct {
	text   string
	col    int // in characters, from 1
	width  int // with its quotes
	quoted bool
}

// mistake is something wrong in a line.
type mistake struct {
	col, width int
	reason     string
	hint       string
}

// words takes a line apart at its blanks. Quotes, single or double, keep blanks and the number sign; inside double ones a backslash keeps a
// quote or a backslash. Braces and brackets outside quotes hold together too, so that JSON needs no quotes. A number sign at the beginning of
// a word begins a comment.
func words(line string) (out []word, bad *mistake) {
	runes := []rune(line)
	for i := 0; i < len(runes); {
		switch {
		case unicode.IsSpace(runes[i]):
			i++
			continue
		case runes[i] == '#':
			return out, nil
		}
		w, next, wrong := scan(runes, i)
		if wrong != nil {
			return out, wrong
		}
		out = append(out, w)
		i = next
	}
	return out, nil
}

// scan reads the word that begins at start.
func scan(runes []rune, start int) (w word, next int, bad *mistake) {
	if q := runes[start]; q == '\'' || q == '"' {
		text, end, ok := quoted(runes, start)
		if !ok {
			return w, 0, &mistake{start + 1, 1, "a quote that does not end", ""}
		}
		return word{text: text, col: start + 1, width: end - start, quoted: true}, end, nil
	}
	depth, i := 0, start
	for ; i < len(runes); i++ {
		r := runes[i]
		switch {
		case r == '{' || r == '[':
			depth++
		case r == '}' || r == ']':
			depth--
		case r == '"' && depth > 0:
			_, end, ok := quoted(runes, i)
			if !ok {
				return w, 0, &mistake{i + 1, 1, "a quote that does not end", ""}
			}
			i = end - 1
		}
		if depth <= 0 && unicode.IsSpace(r) {
			break
		}
	}
	if depth > 0 {
		return w, 0, &mistake{start + 1, 1, "a bracket that is not closed on this line", ""}
	}
	return word{text: string(runes[start:i]), col: start + 1, width: i - start}, i, nil
}

// quoted reads a text between quotes; end is behind the closing one.
func quoted(runes []rune, start int) (text string, end int, ok bool) {
	q := runes[start]
	var b strings.Builder
	for i := start + 1; i < len(runes); i++ {
		switch r := runes[i]; {
		case r == q:
			return b.String(), i + 1, true
		case r == '\\' && q == '"' && i+1 < len(runes) && (runes[i+1] == '"' || runes[i+1] == '\\'):
			i++
			b.WriteRune(runes[i])
		default:
			b.WriteRune(r)
		}
	}
	return "", 0, false
}
