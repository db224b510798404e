// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// AppendJSON appends the value's one encoding: an object with one key, which names the form.
func (v Value) AppendJSON(b []byte) []byte {
	switch v.typ {
	case Number:
		x := v.Float()
		if !finite(x) {
			x = 0 // no value is; the encoding stays JSON
		}
		b = strconv.AppendFloat(append(b, `{"f":`...), x, 'g', -1, 64)
	case Whole:
		b = strconv.AppendInt(append(b, `{"i":`...), int64(v.num), 10)
	case Text:
		b = AppendString(append(b, `{"t":`...), v.text)
	case Truth:
		b = strconv.AppendBool(append(b, `{"b":`...), v.num != 0)
	case Record:
		b = append(b, `{"r":[`...)
		for i, p := range v.parts {
			if i > 0 {
				b = append(b, ',')
			}
			b = AppendString(append(b, `{"n":`...), p.Name)
			b = append(p.Value.AppendJSON(append(b, `,"v":`...)), '}')
		}
		b = append(b, ']')
	case Members:
		b = append(b, `{"m":[`...)
		for i, p := range v.parts {
			if i > 0 {
				b = append(b, ',')
			}
			b = AppendString(b, p.Name)
		}
		b = append(b, ']')
	case None:
		return append(b, "null"...)
	}
	return append(b, '}')
}

// AppendString appends a string as JSON.
func AppendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			text, _ := json.Marshal(s) // a string has an encoding
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// MarshalJSON writes the value's one encoding.
func (v Value) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// encoded is a value on its way back.
type encoded struct {
	F *float64   `json:"f"`
	I *int64     `json:"i"`
	T *string    `json:"t"`
	B *bool      `json:"b"`
	R *[]encPart `json:"r"`
	M *[]string  `json:"m"`
}

type encPart struct {
	Name  string `json:"n"`
	Value Value  `json:"v"`
}

// UnmarshalJSON reads a value back.
func (v *Value) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*v = Value{}
		return nil
	}
	var e encoded
	if err := json.Unmarshal(data, &e); err != nil {
		return fmt.Errorf("kind: decode value: %w", err)
	}
	forms := 0
	for _, there := range []bool{e.F != nil, e.I != nil, e.T != nil, e.B != nil, e.R != nil, e.M != nil} {
		if there {
			forms++
		}
	}
	switch {
	case forms != 1:
		return fmt.Errorf("kind: decode value: %d forms at once: %w", forms, ErrType)
	case e.F != nil:
		*v = OfFloat(*e.F)
	case e.I != nil:
		*v = OfInteger(*e.I)
	case e.T != nil:
		*v = OfChoice(*e.T)
	case e.B != nil:
		*v = OfTruth(*e.B)
	case e.R != nil:
		parts := make([]Part, len(*e.R))
		for i, p := range *e.R {
			parts[i] = Part(p)
		}
		*v = OfRecord(parts...)
	default:
		*v = OfTeam(*e.M...)
	}
	return nil
}

// described is a kind as it is encoded: exactly one field is there.
type described struct {
	Float      *Float            `json:"float,omitempty"`
	Integer    *Integer          `json:"integer,omitempty"`
	Choice     *Choice           `json:"choice,omitempty"`
	Module     *Choice           `json:"module,omitempty"`
	Structured *[]describedField `json:"structured,omitempty"`
	Agents     *Agents           `json:"agents,omitempty"`
	Computed   *Computed         `json:"computed,omitempty"`
}

type describedField struct {
	Name string    `json:"name"`
	Kind described `json:"kind"`
}

func describe(k Kind) (d described, err error) {
	switch k := k.(type) {
	case Float:
		d.Float = &k
	case Integer:
		d.Integer = &k
	case Choice:
		d.Choice = &k
	case Module:
		d.Module = &k.Choice
	case Agents:
		d.Agents = &k
	case Computed:
		d.Computed = &k
	case Structured:
		fields := make([]describedField, len(k.Fields))
		for i, f := range k.Fields {
			if fields[i].Kind, err = describe(f.Kind); err != nil {
				return d, err
			}
			fields[i].Name = f.Name
		}
		d.Structured = &fields
	default:
		return d, fmt.Errorf("kind: encode: no kind is a %T: %w", k, ErrType)
	}
	return d, nil
}

func (d described) kind() (Kind, error) {
	switch {
	case d.Float != nil:
		return *d.Float, nil
	case d.Integer != nil:
		return *d.Integer, nil
	case d.Choice != nil:
		return *d.Choice, nil
	case d.Module != nil:
		return Module{*d.Module}, nil
	case d.Agents != nil:
		return *d.Agents, nil
	case d.Computed != nil:
		return *d.Computed, nil
	case d.Structured != nil:
		k := Structured{Fields: make([]Field, len(*d.Structured))}
		for i, f := range *d.Structured {
			of, err := f.Kind.kind()
			if err != nil {
				return nil, err
			}
			k.Fields[i] = Field{f.Name, of}
		}
		return k, nil
	}
	return nil, fmt.Errorf("kind: decode: no kind that is known: %w", ErrType)
}

// Encode writes a description as JSON. The rules of a Structured are code and are left out.
func Encode(k Kind) ([]byte, error) {
	d, err := describe(k)
	if err != nil {
		return nil, err
	}
	return json.Marshal(d)
}

// Decode reads a description that Encode wrote, and validates it.
func Decode(data []byte) (Kind, error) {
	var d described
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, fmt.Errorf("kind: decode: %w", err)
	}
	k, err := d.kind()
	if err != nil {
		return nil, err
	}
	return k, k.Validate()
}

// Same reports whether two kinds allow the same values, as far as their encodings say.
func Same(a, b Kind) bool {
	x, err := Encode(a)
	if err != nil {
		return false
	}
	y, err := Encode(b)
	return err == nil && string(x) == string(y)
}
