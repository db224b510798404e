// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Plain returns a value as programs in any language write it: a number, a string, true or false, a list of names, or fields by name. None is nil.
func (v Value) Plain() any {
	switch v.typ {
	case Number:
		return v.Float()
	case Whole:
		return v.Integer()
	case Text:
		return v.text
	case Truth:
		return v.Truth()
	case Record:
		fields := make(map[string]any, len(v.parts))
		for _, p := range v.parts {
			fields[p.Name] = p.Value.Plain()
		}
		return fields
	case Members:
		return v.Team()
	case None:
	}
	return nil
}

// FromJSON reads a value of a kind from JSON as [Value.Plain] is encoded. Whether the kind has the value is for Normal to say; what is of another form is
// refused with *TypeError, and text that is no JSON with the error of package json.
func FromJSON(k Kind, data []byte) (Value, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var plain any
	if err := d.Decode(&plain); err != nil {
		return Value{}, fmt.Errorf("kind: read value: %w", err)
	}
	if d.More() {
		return Value{}, fmt.Errorf("kind: read value: more than one: %w", ErrType)
	}
	return fromPlain(k, plain)
}

func fromPlain(k Kind, plain any) (Value, error) {
	got := None
	switch x := plain.(type) {
	case json.Number:
		got = Number
		switch k.Type() {
		case Number:
			f, err := strconv.ParseFloat(x.String(), 64)
			if err != nil {
				return Value{}, fmt.Errorf("kind: read value %s: %w", x, ErrNotFinite)
			}
			return OfFloat(f), nil
		case Whole:
			if n, err := strconv.ParseInt(x.String(), 10, 64); err == nil {
				return OfInteger(n), nil
			}
		case None, Text, Truth, Record, Members:
		}
	case string:
		if k.Type() == Text {
			return OfChoice(x), nil
		}
		got = Text
	case bool:
		if k.Type() == Truth {
			return OfTruth(x), nil
		}
		got = Truth
	case map[string]any:
		if s, ok := k.(Structured); ok {
			return s.fromPlain(x)
		}
		got = Record
	case []any:
		if k.Type() == Members {
			names := make([]string, len(x))
			for i, m := range x {
				name, ok := m.(string)
				if !ok {
					return Value{}, &TypeError{Want: Members, Got: None}
				}
				names[i] = name
			}
			return OfTeam(names...), nil
		}
		got = Members
	}
	return Value{}, &TypeError{Want: k.Type(), Got: got}
}

// fromPlain reads a record. What is no field is kept without a value, so that Normal names it.
func (k Structured) fromPlain(fields map[string]any) (Value, error) {
	parts := make([]Part, 0, len(fields))
	for _, f := range k.Fields {
		plain, ok := fields[f.Name]
		if !ok {
			continue // Normal says that it is missing
		}
		v, err := fromPlain(f.Kind, plain)
		if err != nil {
			return Value{}, fmt.Errorf("kind: field %q: %w", f.Name, err)
		}
		parts = append(parts, Part{f.Name, v})
		delete(fields, f.Name)
	}
	for name := range fields { // sorted by OfRecord
		parts = append(parts, Part{Name: name})
	}
	return OfRecord(parts...), nil
}

// FromText reads a value of a kind from what somebody has typed: a number, an option, true or false; names parted by commas for a team; JSON for a record.
func FromText(k Kind, text string) (Value, error) {
	switch text = strings.TrimSpace(text); k.Type() {
	case Text:
		return OfChoice(text), nil
	case Number, Whole, Truth, Record:
		v, err := FromJSON(k, []byte(text))
		if err != nil {
			return Value{}, fmt.Errorf("kind: %q is no %s: %w", text, k.Type(), ErrType)
		}
		return v, nil
	case Members:
		if strings.HasPrefix(text, "[") {
			return FromJSON(k, []byte(text))
		}
		var names []string
		for _, name := range strings.Split(text, ",") {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, name)
			}
		}
		return OfTeam(names...), nil
	case None:
	}
	return Value{}, &TypeError{Want: k.Type(), Got: Text}
}
