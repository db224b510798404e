// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"errors"
	"fmt"
	"slices"
)

// Field is one field of a record.
type Field struct {
	// Name is unique and not empty.
	Name string
	// Kind is that of the field: a Float, Integer, Choice or Structured.
	Kind Kind
}

// Rule is a condition across the fields of a record.
type Rule struct {
	// Name tells people which rule was broken.
	Name string
	// Holds reports whether a record keeps the rule. It must be pure.
	Holds func(record Value) bool
}

// Structured is a record of named fields that are validated and committed as a whole.
type Structured struct {
	// Fields are all of them.
	Fields []Field
	// Rules hold across fields. They are code: a description that is read back from its encoding has none.
	Rules []Rule
}

// Type returns Record.
func (Structured) Type() Type   { return Record }
func (Structured) name() string { return "structured" }

// Validate returns every problem, joined.
func (k Structured) Validate() error {
	var problems []error
	if len(k.Fields) == 0 {
		problems = append(problems, wrong("structured", "Fields", "there are none"))
	}
	for i, f := range k.Fields {
		if f.Name == "" {
			problems = append(problems, wrong("structured", "Fields", "number %d has no name", i+1))
		} else if slices.IndexFunc(k.Fields, func(g Field) bool { return g.Name == f.Name }) != i {
			problems = append(problems, wrong("structured", "Fields", "%q is there twice", f.Name))
		}
		switch f.Kind.(type) {
		case Float, Integer, Choice, Structured:
			if err := f.Kind.Validate(); err != nil {
				problems = append(problems, fmt.Errorf("kind: field %q: %w", f.Name, err))
			}
		default:
			problems = append(problems, wrong("structured", "Fields", "%q has a kind that no field can have", f.Name))
		}
	}
	for i, r := range k.Rules {
		if r.Name == "" || r.Holds == nil {
			problems = append(problems, wrong("structured", "Rules", "number %d lacks a name or a function", i+1))
		}
	}
	return errors.Join(problems...)
}

// Normal returns the record with every field in its normal form. All fields have to be there.
func (k Structured) Normal(v Value) (Value, error) {
	if err := typed(k, v); err != nil {
		return Value{}, err
	}
	names := make([]string, len(k.Fields))
	parts := make([]Part, len(k.Fields))
	for i, f := range k.Fields {
		n, err := f.Kind.Normal(v.Field(f.Name))
		if err != nil {
			return Value{}, fmt.Errorf("kind: field %q: %w", f.Name, err)
		}
		names[i], parts[i] = f.Name, Part{f.Name, n}
	}
	if len(v.parts) > len(parts) {
		for i, p := range v.parts {
			if !slices.Contains(names, p.Name) || i > 0 && v.parts[i-1].Name == p.Name {
				return Value{}, &UnknownChoiceError{Got: p.Name, Options: names}
			}
		}
	}
	whole := OfRecord(parts...)
	for _, r := range k.Rules {
		if !r.Holds(whole) {
			return Value{}, fmt.Errorf("kind: record %s breaks rule %q: %w", whole, r.Name, ErrRange)
		}
	}
	return whole, nil
}

// First returns the record of the first values of its fields.
func (k Structured) First() Value {
	parts := make([]Part, len(k.Fields))
	for i, f := range k.Fields {
		parts[i] = Part{f.Name, f.Kind.First()}
	}
	return OfRecord(parts...)
}

// Distance is that of the fields that are farthest apart.
func (k Structured) Distance(a, b Value) float64 {
	d := 0.0
	for _, f := range k.Fields {
		d = max(d, f.Kind.Distance(a.Field(f.Name), b.Field(f.Name)))
	}
	return d
}
