// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"fmt"
	"regexp"
	"strings"

	"mabeam.dev/supervision/plan"
)

// Term is an Erlang term as the traces print it: without blanks and quotes. Terms are equal when their texts are.
type Term string

// The reasons that a supervisor treats in a special way.
const (
	termNormal   Term = "normal"
	termShutdown Term = "shutdown"
	termKilled   Term = "killed"
	termNoProc   Term = "noproc"
)

var (
	atomPattern    = regexp.MustCompile(`^[a-z][A-Za-z0-9_@]*`)
	integerPattern = regexp.MustCompile(`^-?[0-9]+`)
)

// tuple joins terms to a tuple.
func tuple(elements ...Term) Term { return "{" + join(elements) + "}" }

// list joins terms to a list.
func list(elements ...Term) Term { return "[" + join(elements) + "]" }

func join(elements []Term) Term {
	texts := make([]string, len(elements))
	for i, e := range elements {
		texts[i] = string(e)
	}
	return Term(strings.Join(texts, ","))
}

// parseTerm reads an atom, an integer, a tuple or a list.
func parseTerm(text string) (Term, error) {
	t, rest, ok := scanTerm(text)
	if !ok || rest != "" {
		return "", fmt.Errorf("%q is no atom, integer, tuple or list", text)
	}
	return t, nil
}

func scanTerm(text string) (t Term, rest string, ok bool) {
	if atom := atomPattern.FindString(text); atom != "" {
		return Term(atom), text[len(atom):], true
	}
	if digits := integerPattern.FindString(text); digits != "" {
		return integer(digits), text[len(digits):], true
	}
	for _, brackets := range []string{"{}", "[]"} {
		if strings.HasPrefix(text, brackets[:1]) {
			elements, rest, ok := scanElements(text[1:], brackets[1:])
			return Term(brackets[:1]) + join(elements) + Term(brackets[1:]), rest, ok
		}
	}
	return "", text, false
}

// integer drops leading zeros and the sign of zero, as Erlang does when it prints.
func integer(digits string) Term {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return "0"
	}
	return Term(sign + digits)
}

func scanElements(text, end string) (elements []Term, rest string, ok bool) {
	if strings.HasPrefix(text, end) {
		return nil, text[1:], true
	}
	for {
		t, after, ok := scanTerm(text)
		if !ok || after == "" {
			return nil, text, false
		}
		elements = append(elements, t)
		switch text = after[1:]; after[:1] {
		case ",":
		case end:
			return elements, text, true
		default:
			return nil, text, false
		}
	}
}

// ReasonOf gives the exit that a term stands for. The term itself is the payload.
func ReasonOf(t Term) plan.Reason {
	r := plan.Reason{Class: plan.ClassCrash, Payload: t}
	switch t {
	case termNormal:
		r.Class = plan.ClassNormal
	case termShutdown:
		r.Class = plan.ClassShutdown
	case termKilled:
		r.Class = plan.ClassKilled
	case termNoProc:
		r.Class = plan.ClassNoProc
	default:
		if inner, found := strings.CutPrefix(string(t), "{shutdown,"); found {
			if _, rest, ok := scanTerm(inner); ok && rest == "}" {
				r.Class = plan.ClassShutdownTerm
			}
		}
	}
	return r
}

// TermOf prints an exit. A payload that is a Term prints itself, a *plan.StartFailed prints as OTP's failed_to_start_child, plan.Faults as OTP's refusal in init.
func TermOf(r plan.Reason) Term {
	switch payload := r.Payload.(type) {
	case Term:
		return payload
	case *plan.StartFailed:
		return tuple(termShutdown, tuple("failed_to_start_child", Term(payload.ID), TermOf(payload.Reason)))
	case plan.Faults:
		return startFault(payload)
	case nil:
		if r.Class != plan.ClassCrash {
			return Term(r.String())
		}
	}
	return Term(fmt.Sprint(r.Payload))
}
