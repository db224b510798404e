// SPDX-License-Identifier: Apache-2.0

package topic

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"mabeam.dev/actors/fault"
	"mabeam.dev/events"
)

// The wildcards.
const (
	one  = "*" // exactly one token
	rest = ">" // one or more, at the end
)

// What separates the tokens of types and of streams.
const (
	typeSeparator   = "."
	streamSeparator = "/"
)

// ErrPattern matches every [*PatternError].
var ErrPattern = fault.New(1409, "topic: malformed pattern")

// PatternError tells where a pattern is malformed.
type PatternError struct {
	Field   string // "types" or "streams"
	Pattern string // as it was given
	Token   int    // the number of the token that is wrong, from 1
	Reason  string // what is wrong with it
}

// Error names pattern, token and reason.
func (e *PatternError) Error() string {
	return fmt.Sprintf("topic: %s %q: token %d: %s", e.Field, e.Pattern, e.Token, e.Reason)
}

// FaultCode is E1409.
func (*PatternError) FaultCode() fault.Code { return 1409 }

// Is matches [ErrPattern].
func (e *PatternError) Is(target error) bool { return target == ErrPattern }

// pattern is a checked one. The zero pattern matches every name.
type pattern struct {
	separator string
	tokens    []string // without a rest at the end
	open      bool     // a rest was at the end
}

// parse checks a pattern.
func parse(field, text, separator string) (pattern, error) {
	if text == "" {
		return pattern{}, nil
	}
	p := pattern{separator: separator, tokens: strings.Split(text, separator)}
	var problems []error
	add := func(i int, reason string) {
		problems = append(problems, &PatternError{Field: field, Pattern: text, Token: i + 1, Reason: reason})
	}
	if len(text) > events.MaxName {
		add(0, fmt.Sprintf("%d bytes, at most %d", len(text), events.MaxName))
	}
	if !utf8.ValidString(text) {
		add(0, "not UTF-8")
	}
	for i, t := range p.tokens {
		switch {
		case t == "":
			add(i, "empty")
		case t == rest && i < len(p.tokens)-1:
			add(i, "> stands for all that follows, so it is the last one")
		case t != one && t != rest && strings.ContainsAny(t, one+rest):
			add(i, fmt.Sprintf("%q is no wildcard: * and > stand for whole tokens", t))
		}
	}
	if last := len(p.tokens) - 1; p.tokens[last] == rest {
		p.tokens, p.open = p.tokens[:last], true
	}
	return p, errors.Join(problems...)
}

// matches reports whether the pattern selects a name.
func (p pattern) matches(name string) bool {
	if p.separator == "" {
		return true
	}
	left, more := name, true
	for _, want := range p.tokens {
		if !more {
			return false
		}
		var token string
		token, left, more = strings.Cut(left, p.separator)
		if want != one && want != token {
			return false
		}
	}
	return more == p.open
}

// filter is what a subscriber wants to hear of.
type filter struct{ types, streams pattern }

func (f filter) selects(e *events.Event) bool {
	return f.types.matches(e.Type) && f.streams.matches(string(e.Stream))
}
