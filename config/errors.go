// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	faults "mabeam.dev/actors/fault"
)

// Code names the rule that a value breaks. The words are stable: programs may branch on them.
type Code string

// The codes of a FieldError.
const (
	CodeSyntax          Code = "syntax"           // the text is no YAML
	CodeLimit           Code = "limit"            // too large, too deep, too many aliases or documents
	CodeUnknownKey      Code = "unknown_key"      // no such key here
	CodeDuplicateKey    Code = "duplicate_key"    // a key written twice
	CodeWrongType       Code = "wrong_type"       // for example text where a number belongs
	CodeUnknownValue    Code = "unknown_value"    // not one of the words allowed
	CodeBadValue        Code = "bad_value"        // right type, but not of the form required
	CodeUnit            Code = "unit"             // a duration or size without a unit, or with an unknown one
	CodeRange           Code = "range"            // too small or too large
	CodeEmpty           Code = "empty"            // a key without a value
	CodeMissing         Code = "missing"          // a required key that is not there
	CodeDuplicateID     Code = "duplicate_id"     // two children or queues of one name
	CodeConflict        Code = "conflict"         // two values that exclude each other
	CodeVersion         Code = "version"          // a file format this program cannot read
	CodeReference       Code = "reference"        // a ${...} that stands for nothing
	CodeUnreadable      Code = "unreadable"       // a file that cannot be read
	CodeUnknownVariable Code = "unknown_variable" // an environment variable that names no key
	CodeArgument        Code = "argument"         // a --set that names no key
	CodeCycle           Code = "cycle"            // children that depend on each other
	CodeKind            Code = "kind"             // refused by the kind of the child
)

// FieldError is one mistake in one place.
type FieldError struct {
	File       string   // name of the file as given, "env NAME" or "--set"
	Line       int      // line in the file from 1; 0 for a variable or an argument
	Col        int      // column in characters from 1
	Width      int      // characters the caret underlines, at least 1
	Path       string   // key path such as tree.children[2].restart; empty if the file as a whole is meant
	Code       Code     // which rule
	Reason     string   // what is wrong, as one clause
	Got        string   // what was written, references unresolved; empty if nothing was
	Want       string   // what belongs there; empty if Reason says it
	Suggestion string   // what was probably meant; empty if nothing is near
	OneOf      []string // all that is allowed, if that is a short list
	Hint       string   // advice for people; empty if there is none
	Source     string   // the line itself
}

// Error returns place, key path and reason in one line, without suggestion and source line.
func (e *FieldError) Error() string {
	where := shown(e.File)
	if e.Line > 0 {
		where += ":" + strconv.Itoa(e.Line) + ":" + strconv.Itoa(e.Col)
	}
	if e.Path != "" {
		where += ": " + e.Path
	}
	return where + ": " + e.Reason
}

// FaultCode is E1301.
func (*FieldError) FaultCode() faults.Code { return 1301 }

// Errors is everything wrong with a configuration, sorted by place: the file from top to bottom, then the environment,
// then the arguments.
type Errors []*FieldError

// Error returns the first problem and the number of the others.
func (e Errors) Error() string {
	switch len(e) {
	case 0:
		return "config: no problems"
	case 1:
		return "config: load: " + e[0].Error()
	}
	return fmt.Sprintf("config: load: %s (and %d more)", e[0].Error(), len(e)-1)
}

// FaultCode is E1302.
func (Errors) FaultCode() faults.Code { return 1302 }

// Unwrap gives errors.Is and errors.As each single problem.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, p := range e {
		all[i] = p
	}
	return all
}

// sort orders problems by layer, then by place. Problems of one place stay in the order they were found.
func (e Errors) sort(layers map[*FieldError]layer) {
	slices.SortStableFunc(e, func(a, b *FieldError) int {
		return cmp.Or(cmp.Compare(layers[a], layers[b]), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
}

// fault is a problem that does not know its place yet.
type fault struct {
	code       Code
	reason     string
	got        string
	want       string
	suggestion string
	oneOf      []string
	hint       string
}

// quote puts a text of the user between quotes, cut to a length that fits a message.
func quote(s string) string { return strconv.Quote(brief(s)) }

// brief cuts a text of the user to a length that fits a message.
func brief(s string) string {
	const most = 60
	count := 0
	for i := range s {
		if count == most {
			return s[:i] + "…"
		}
		count++
	}
	return s
}
