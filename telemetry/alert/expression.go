// SPDX-License-Identifier: Apache-2.0

package alert

import (
	"fmt"
	"slices"
	"strings"

	"mabeam.dev/actors/fault"
	"mabeam.dev/telemetry/window"
)

// ExpressionError is a mistake in an expression.
type ExpressionError struct {
	// Text is the whole expression.
	Text string
	// Offset is where in it the mistake begins, in bytes.
	Offset int
	// Got is the word that is wrong.
	Got string
	// OneOf is all that could stand there, if that is a short list.
	OneOf []string
	// Reason says what is wrong.
	Reason string
}

// Error names the expression and the reason.
func (e *ExpressionError) Error() string {
	return fmt.Sprintf("telemetry/alert: expression %q: at %d: %s", e.Text, e.Offset+1, e.Reason)
}

// FaultCode is E1704.
func (*ExpressionError) FaultCode() fault.Code { return 1704 }

// Stats lists the words for figures of a series, as expressions use them.
func Stats() []string { return slices.Clone(stats) }

// ParseExpression reads what a rule looks at, in the words of the configuration: the name of a series for its last value, such as
// system.processes, or a figure of a window, such as p99(work.seconds, 1m). A window that is left out is 10 s. The scope of the measure is
// empty; the error is an *ExpressionError.
func ParseExpression(text string) (Measure, error) {
	fail := func(offset int, got, reason string, oneOf ...string) (Measure, error) {
		return Measure{}, &ExpressionError{Text: text, Offset: offset, Got: got, OneOf: oneOf, Reason: reason}
	}
	at := len(text) - len(strings.TrimLeft(text, " "))
	head := seriesName(text[at:])
	rest := at + len(head)
	switch {
	case head == "":
		return fail(at, "", "a series is missing, such as p99(work.seconds, 1m)")
	case strings.TrimSpace(text[rest:]) == "":
		return Measure{Series: head}, nil
	}
	rest += blanks(text[rest:])
	if text[rest] != '(' {
		return fail(rest, text[rest:], "want the end, or ( behind a figure")
	}
	stat := slices.Index(stats, head)
	if stat < 0 {
		return fail(at, head, fmt.Sprintf("unknown figure %q", head), stats...)
	}
	rest++
	rest += blanks(text[rest:])
	m := Measure{Stat: Stat(stat), Series: seriesName(text[rest:])}
	if m.Series == "" {
		return fail(rest, "", "a series is missing behind (")
	}
	rest += len(m.Series)
	rest += blanks(text[rest:])
	if rest < len(text) && text[rest] == ',' {
		rest++
		rest += blanks(text[rest:])
		word := seriesName(text[rest:])
		if m.Stat == Last {
			return fail(rest, word, "the last value has no window")
		}
		if err := m.Window.UnmarshalText([]byte(word)); err != nil {
			return fail(rest, word, fmt.Sprintf("unknown window %q", word), windows()...)
		}
		rest += len(word)
		rest += blanks(text[rest:])
	}
	if rest == len(text) || text[rest] != ')' {
		return fail(rest, text[rest:], "want )")
	}
	if end := strings.TrimSpace(text[rest+1:]); end != "" {
		return fail(rest+1, end, "want the end: the threshold is a key of its own")
	}
	return m, nil
}

// Expression returns the measure as ParseExpression reads it, without the scope.
func (m Measure) Expression() string {
	if m.Stat == Last {
		return m.Series
	}
	return fmt.Sprintf("%s(%s, %s)", m.Stat, m.Series, m.Window)
}

func windows() []string {
	var all []string
	for _, s := range window.Spans() {
		all = append(all, s.String())
	}
	return all
}

func blanks(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

// seriesName returns the name at the beginning of a text.
func seriesName(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-' || r == '/')
	})
	if end < 0 {
		return s
	}
	return s[:end]
}
