// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// Type is the form of a value.
type Type uint8

// The forms of values. A variable of one kind has values of one form.
const (
	None    Type = iota // no value: that of the zero Value
	Number              // a float
	Whole               // an integer
	Text                // an option
	Truth               // true or false: of composites
	Record              // named fields
	Members             // an ordered team
)

var typeNames = [...]string{"nothing", "float", "integer", "option", "truth", "record", "team"}

// String names the form.
func (t Type) String() string { return typeNames[t] }

// Value is one immutable value of any kind. The zero Value is none.
type Value struct {
	typ   Type
	num   uint64 // bits of a float, an integer, 0 or 1
	text  string
	parts []Part // of a record, sorted by name; of a team, in its order and without values
}

// Part is one field of a record.
type Part struct {
	// Name is the field's name.
	Name string
	// Value is the field's value.
	Value Value
}

// OfFloat makes a float.
func OfFloat(x float64) Value { return Value{typ: Number, num: math.Float64bits(x)} }

// OfInteger makes an integer.
func OfInteger(n int64) Value { return Value{typ: Whole, num: uint64(n)} }

// OfChoice makes an option.
func OfChoice(name string) Value { return Value{typ: Text, text: name} }

// OfTruth makes a truth value.
func OfTruth(b bool) Value {
	v := Value{typ: Truth}
	if b {
		v.num = 1
	}
	return v
}

// OfRecord makes a record of fields, whatever their order.
func OfRecord(fields ...Part) Value {
	sorted := slices.Clone(fields)
	slices.SortStableFunc(sorted, func(a, b Part) int { return strings.Compare(a.Name, b.Name) })
	return Value{typ: Record, parts: sorted}
}

// OfTeam makes a team in this order.
func OfTeam(members ...string) Value {
	parts := make([]Part, len(members))
	for i, m := range members {
		parts[i].Name = m
	}
	return Value{typ: Members, parts: parts}
}

// Type returns the form.
func (v Value) Type() Type { return v.typ }

// Float returns a float; 0 for other forms.
func (v Value) Float() float64 {
	if v.typ != Number {
		return 0
	}
	return math.Float64frombits(v.num)
}

// Integer returns an integer; 0 for other forms.
func (v Value) Integer() int64 {
	if v.typ != Whole {
		return 0
	}
	return int64(v.num)
}

// Choice returns an option; empty for other forms.
func (v Value) Choice() string { return v.text }

// Truth returns a truth value; false for other forms.
func (v Value) Truth() bool { return v.typ == Truth && v.num != 0 }

// Number returns a float or an integer as a float; NaN for other forms.
func (v Value) Number() float64 {
	switch v.typ {
	case Number:
		return math.Float64frombits(v.num)
	case Whole:
		return float64(int64(v.num))
	case None, Text, Truth, Record, Members:
	}
	return math.NaN()
}

// Fields returns the fields of a record, sorted by name. They must not be changed.
func (v Value) Fields() []Part {
	if v.typ != Record {
		return nil
	}
	return v.parts
}

// Field returns one field of a record; none if it has no such field.
func (v Value) Field(name string) Value {
	if v.typ == Record {
		if i, ok := slices.BinarySearchFunc(v.parts, name, func(p Part, n string) int { return strings.Compare(p.Name, n) }); ok {
			return v.parts[i].Value
		}
	}
	return Value{}
}

// Team returns the members of a team in its order.
func (v Value) Team() []string {
	if v.typ != Members {
		return nil
	}
	names := make([]string, len(v.parts))
	for i, p := range v.parts {
		names[i] = p.Name
	}
	return names
}

// Equal reports whether two values are the same. NaN, which no variable has, equals itself.
func (v Value) Equal(w Value) bool {
	return v.typ == w.typ && v.num == w.num && v.text == w.text &&
		slices.EqualFunc(v.parts, w.parts, func(a, b Part) bool { return a.Name == b.Name && a.Value.Equal(b.Value) })
}

// String writes the value for people.
func (v Value) String() string {
	switch v.typ {
	case Number:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case Whole:
		return strconv.FormatInt(int64(v.num), 10)
	case Text:
		return v.text
	case Truth:
		return strconv.FormatBool(v.num != 0)
	case Record, Members:
		var b strings.Builder
		b.WriteByte('{')
		for i, p := range v.parts {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(p.Name)
			if v.typ == Record {
				b.WriteString(": " + p.Value.String())
			}
		}
		b.WriteByte('}')
		return b.String()
	case None:
	}
	return "nothing"
}
