// SPDX-License-Identifier: Apache-2.0

package query

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is one word, quoted text or sign of a query's text.
type token struct {
	kind tokenKind
	text string // of quoted text: what it means
	pos  int    // from 1
	end  int    // behind the last byte, from 1
}

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenQuoted
	tokenSign // ( ) , = != < <= > >=
)

// notInWord is false for the runes of a word: names, paths, numbers, times and sizes need no quotes.
func notInWord(r rune) bool {
	return r == utf8.RuneError || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_./-:@%+*#", r)
}

// lex cuts text into tokens, the last of which is tokenEnd.
func lex(text string) ([]token, *BadQueryError) {
	var all []token
	for at := 0; at < len(text); {
		rest := text[at:]
		r, size := utf8.DecodeRuneInString(rest)
		t := token{pos: at + 1}
		switch {
		case r == utf8.RuneError && size == 1:
			return nil, &BadQueryError{Pos: t.pos, Why: "the text is not UTF-8"}
		case unicode.IsSpace(r):
			at += size
			continue
		case r == '"':
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				return nil, &BadQueryError{Pos: t.pos, Why: "quoted text does not end, or holds a wrong escape"}
			}
			t.kind = tokenQuoted
			t.text, _ = strconv.Unquote(quoted) // QuotedPrefix has read it
			size = len(quoted)
		case strings.ContainsRune("(),=<>!", r):
			t.kind, t.text = tokenSign, sign2(rest)
			size = len(t.text)
		case !notInWord(r):
			size = strings.IndexFunc(rest, notInWord)
			if size < 0 {
				size = len(rest)
			}
			t.kind, t.text = tokenWord, rest[:size]
		default:
			return nil, &BadQueryError{Pos: t.pos, Why: fmt.Sprintf("%q means nothing here; text with such signs needs quotes: \"...\"", r)}
		}
		at += size
		t.end = at + 1
		all = append(all, t)
	}
	return append(all, token{kind: tokenEnd, pos: len(text) + 1, end: len(text) + 1}), nil
}

// sign2 returns the longest sign that text begins with.
func sign2(text string) string {
	for _, s := range []string{"==", "!=", "<>", "<=", ">="} {
		if strings.HasPrefix(text, s) {
			return s
		}
	}
	return text[:1]
}

// String says what the token is, for error messages.
func (t token) String() string {
	switch t.kind {
	case tokenEnd:
		return "the end"
	case tokenQuoted:
		return strconv.Quote(t.text)
	default:
		return fmt.Sprintf("%q", t.text)
	}
}
