// SPDX-License-Identifier: Apache-2.0

package events

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// fieldsOf lists the fields of a struct under the names they have in JSON. Fields of embedded structs count as the struct's own, as they do in JSON.
func fieldsOf(t reflect.Type, required []string) []Field {
	var out []Field
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" || !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		out = append(out, Field{Name: name, Type: f.Type.String(), Required: slices.Contains(required, name), typ: f.Type})
	}
	return out
}

// Validate checks an event against the schema of its type, and reports every field that is wrong: each problem is a [*FieldError], or a [*TypeError] if the type is
// not registered or the version is not the present one. Fields that the schema does not know are no problem: a later release may have added them.
func (c *Catalog) Validate(n New) error { return errors.Join(c.problems("", n)...) }

func (c *Catalog) problems(at string, n New) []error {
	e := c.types[n.Type]
	switch {
	case e != nil && n.schema() == e.Version && e.Sealed:
		return nil
	case e != nil && n.schema() == e.Version:
		return e.validate(at, n.Data)
	case e == nil && c.isUntyped(n.Type):
		return nil
	case e == nil:
		return []error{&TypeError{Type: n.Type, Version: n.schema()}}
	default:
		return []error{&TypeError{Type: n.Type, Version: n.schema(), Known: e.Version}}
	}
}

func (e *entry) validate(at string, data []byte) (problems []error) {
	add := func(field, reason string) {
		problems = append(problems, &FieldError{Field: at + field, Reason: reason})
	}
	var got map[string]json.RawMessage
	if err := json.Unmarshal(data, &got); err != nil || got == nil {
		reason := "not a JSON object"
		if err != nil {
			reason += ": " + err.Error()
		}
		add("data", reason)
		return problems
	}
	for _, f := range e.fields {
		raw, there := got[f.Name]
		switch null := string(raw) == "null"; {
		case f.Required && !there:
			add("data."+f.Name, "missing")
		case f.Required && null:
			add("data."+f.Name, "null")
		case there && !null:
			if err := json.Unmarshal(raw, reflect.New(f.typ).Interface()); err != nil {
				add("data."+f.Name, err.Error())
			}
		}
	}
	if len(problems) > 0 {
		return problems
	}
	v, err := e.decode(data)
	if err != nil {
		add("data", err.Error())
		return problems
	}
	own, ok := v.(interface{ Validate() error })
	if !ok {
		return nil
	}
	err = own.Validate()
	var many interface{ Unwrap() []error }
	switch {
	case err == nil:
	case errors.As(err, &many):
		for _, err := range many.Unwrap() {
			add("data", err.Error())
		}
	default:
		add("data", err.Error())
	}
	return problems
}

// screen takes out the appends that the catalogue refuses. What is left goes to the store, and merge puts the outcomes of both in the order of the appends.
func (c *Catalog) screen(appends []Append) (rest []Append, merge func([]Outcome) []Outcome) {
	merge = func(out []Outcome) []Outcome { return out }
	if c == nil {
		return appends, merge
	}
	refused := make(map[int]error)
	for i := range appends {
		var problems []error
		for k := range appends[i].Events {
			for _, err := range c.problems(fmt.Sprintf("events[%d].", k), appends[i].Events[k]) {
				var f *FieldError
				if errors.As(err, &f) {
					f.Stream = appends[i].Stream
				}
				problems = append(problems, err)
			}
		}
		if len(problems) > 0 {
			refused[i] = errors.Join(problems...)
		} else {
			rest = append(rest, appends[i])
		}
	}
	if len(refused) == 0 {
		return appends, merge
	}
	return rest, func(out []Outcome) []Outcome {
		all := make([]Outcome, 0, len(appends))
		for i := range appends {
			if err := refused[i]; err != nil {
				all = append(all, Outcome{Err: err})
			} else {
				all, out = append(all, out[0]), out[1:]
			}
		}
		return all
	}
}
