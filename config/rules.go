// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"reflect"
	"strings"
	"unicode/utf8"

	"mabeam.dev/agents/capability"
	"mabeam.dev/agents/query"
)

// outside checks a value against the bounds of its field.
func (f field) outside(got reflect.Value, v *value) *fault {
	if f.min == "" && f.max == "" || got.Kind() == reflect.Struct {
		return nil
	}
	bound := func(text string) reflect.Value {
		b, problem := scalarOf(got.Type()).parse(&value{form: scalar, text: text})
		if problem != nil {
			panic("config: bound of " + f.name + ": " + problem.reason)
		}
		return b
	}
	if f.min != "" && compare(got, bound(f.min)) < 0 || f.max != "" && compare(got, bound(f.max)) > 0 {
		return &fault{code: CodeRange, reason: brief(v.text) + " is out of range", got: v.text, want: f.bounds()}
	}
	return nil
}

// bounds says in words what may be written.
func (f field) bounds() string {
	switch {
	case f.min != "" && f.max != "":
		return f.min + " to " + f.max
	case f.min != "":
		return f.min + " or more"
	case f.max != "":
		return f.max + " or less"
	}
	return ""
}

func compare(a, b reflect.Value) int {
	if a.CanInt() {
		return cmp.Compare(a.Int(), b.Int())
	}
	return cmp.Compare(a.Float(), b.Float())
}

// maxName bounds names: they end up in paths, labels and file names.
const maxName = 200

// refuses checks a text, or a key of a table, against the rule of its field.
func (f field) refuses(text string) *fault {
	switch f.check {
	case "path":
		if text == "" { // it would become the working folder, or an error of the system without a name in it
			return &fault{code: CodeBadValue, reason: "the path is empty", want: "a path"}
		}
	case "name":
		return checkName(text, "._-", "letters, digits, dot, dash and underscore, a letter or digit first")
	case "child":
		return checkName(text, "._-/", "ids of children, parted by slashes")
	case "capability":
		return checkName(text, "._-/", "letters, digits, dot, dash, underscore and slash, a letter or digit first")
	case "offer":
		name, _, _ := strings.Cut(text, "@")
		if f := (field{check: "capability"}).refuses(name); f != nil {
			return f
		}
		if _, err := capability.ParseOffer(text); err != nil {
			return &fault{code: CodeBadValue, reason: err.Error(), got: text, want: "a name, or a name and a version as in nlp/summarise@1.2"}
		}
	case "header":
		return checkName(text, "-", "letters, digits and dash, a letter or digit first")
	case "need":
		if _, err := capability.ParseNeed(text); err != nil {
			return &fault{code: CodeBadValue, reason: err.Error(), got: text, want: "a need such as nlp/summarise or nlp/summarise>=1.2,<2"}
		}
	case "query":
		q, err := query.Parse(text)
		switch {
		case err != nil:
			return &fault{code: CodeBadValue, reason: err.Error(), got: text}
		case len(q.OrderBy) > 0 || q.Limit != 0:
			return &fault{code: CodeBadValue, reason: "the agents of a queue have neither order nor limit", got: text, want: "a condition alone"}
		}
	case "variable":
		if !validVariable(text) {
			return &fault{code: CodeBadValue, reason: "no name of an environment variable: " + quote(text), got: text, want: "letters, digits and underscore, no digit first"}
		}
	}
	return nil
}

func checkName(text, also, want string) *fault {
	switch {
	case text == "":
		return &fault{code: CodeBadValue, reason: "the name is empty", want: want}
	case utf8.RuneCountInString(text) > maxName:
		return &fault{code: CodeRange, reason: "the name is longer than 200 characters", got: text}
	}
	for i, c := range []byte(text) {
		if letter(c) || c >= '0' && c <= '9' || i > 0 && strings.IndexByte(also, c) >= 0 {
			continue
		}
		return &fault{code: CodeBadValue, reason: "no valid name: " + quote(text), got: text, want: want}
	}
	return nil
}

func validVariable(name string) bool {
	for i, c := range []byte(name) {
		if !letter(c) && c != '_' && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}
