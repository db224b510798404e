// SPDX-License-Identifier: Apache-2.0

package events

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Severity tells how much an event of a type matters to an operator. The zero Severity is Info.
type Severity int

// The severities, least first.
const (
	Debug Severity = iota - 1
	Info
	Warning
	Error
	Critical
)

// String names the severity: "debug", "info", "warning", "error" or "critical".
func (s Severity) String() string {
	names := [...]string{"debug", "info", "warning", "error", "critical"}
	if s < Debug || s > Critical {
		return fmt.Sprintf("severity(%d)", int(s))
	}
	return names[s-Debug]
}

// Upcast turns the data of one version of a type into that of the next. It must be pure: the same data always gives the same result.
type Upcast func(data []byte) ([]byte, error)

// Schema describes one type of events in a [Catalog].
type Schema struct {
	// Name is the type's name, past tense: "order.placed".
	Name string
	// Version is the version of the data that this release writes; 0 means 1.
	Version uint32
	// Severity of the type's events.
	Severity Severity
	// Required names the fields, as they are written in JSON, that must be there and not null. All others are optional.
	Required []string
	// Upcasts holds, by the version k it starts from, the step from k to k+1. Each version that was ever stored needs its step.
	Upcasts map[uint32]Upcast
	// Sealed tells that only code that encodes the registered struct writes the type: an append is then checked for type and version alone. It spares a busy writer the decoding of
	// what it has just encoded.
	Sealed bool
	// Doc is a sentence about the type, for the generated reference.
	Doc string
}

// Catalog knows types of events. It is filled when the program starts, and not changed after its first use; from then on it may be used from any goroutine.
// There is no global one: hand it to those who need it.
type Catalog struct {
	types   map[string]*entry
	untyped []string
}

// entry is one registered type.
type entry struct {
	Schema
	fields []Field
	decode func(data []byte) (any, error)
}

// Field is one field of a type's data.
type Field struct {
	Name     string // as it is written in JSON
	Type     string // its Go type
	Required bool
	typ      reflect.Type
}

// NewCatalog gives an empty catalogue.
func NewCatalog() *Catalog { return &Catalog{types: make(map[string]*entry)} }

// Untyped permits all types whose names begin with the prefix without a schema: they are stored as they come, and read as unknown.
func (c *Catalog) Untyped(prefix string) { c.untyped = append(c.untyped, prefix) }

// Kind is a registered type of events whose data is a T.
type Kind[T any] struct{ entry *entry }

// Register adds a type to the catalogue; T is a struct that is encoded as JSON. If a T has a method Validate() error it is asked before an append, and each of the
// errors it joins is reported. The error joins everything that is wrong with the schema, each problem a [*SchemaError].
func Register[T any](c *Catalog, s Schema) (Kind[T], error) {
	s.Version = max(s.Version, 1)
	s.Required = slices.Clone(s.Required)
	s.Upcasts = maps.Clone(s.Upcasts)
	e := &entry{Schema: s, decode: func(data []byte) (any, error) {
		var v T
		err := json.Unmarshal(data, &v)
		return v, err
	}}
	var problems []error
	add := func(reason string) { problems = append(problems, &SchemaError{Type: s.Name, Reason: reason}) }
	v := validation{wrap: func(_, reason string) error { return &SchemaError{Type: s.Name, Reason: "name: " + reason} }}
	v.name("name", s.Name)
	problems = append(problems, v.problems...)
	if c.types[s.Name] != nil {
		add("registered twice")
	}
	if s.Severity < Debug || s.Severity > Critical {
		add("unknown " + s.Severity.String())
	}
	if t := reflect.TypeFor[T](); t.Kind() != reflect.Struct {
		add(fmt.Sprintf("data is %s, not a struct", t))
	} else {
		e.fields = fieldsOf(t, s.Required)
	}
	for i, name := range s.Required {
		if slices.Index(s.Required, name) < i {
			add(fmt.Sprintf("field %q is required twice", name))
		} else if !slices.ContainsFunc(e.fields, func(f Field) bool { return f.Name == name }) {
			add(fmt.Sprintf("required field %q is not in the data", name))
		}
	}
	for _, from := range slices.Sorted(maps.Keys(s.Upcasts)) {
		if from == 0 || from >= s.Version || s.Upcasts[from] == nil {
			add(fmt.Sprintf("upcast from version %d of %d", from, s.Version))
		}
	}
	if len(problems) > 0 {
		return Kind[T]{}, errors.Join(problems...)
	}
	c.types[s.Name] = e
	return Kind[T]{e}, nil
}

// MustRegister is Register for mains and tests; it panics with the error.
func MustRegister[T any](c *Catalog, s Schema) Kind[T] {
	k, err := Register[T](c, s)
	if err != nil {
		panic(err)
	}
	return k
}

// Name gives the type's name.
func (k Kind[T]) Name() string { return k.entry.Name }

// New makes an event of the data, and checks it as an append would. The caller adds id, agent, correlation and whatever else it wants.
func (k Kind[T]) New(v T) (New, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return New{}, fmt.Errorf("events: encode %q: %w", k.entry.Name, err)
	}
	n := New{Type: k.entry.Name, Schema: k.entry.Version, Data: data}
	return n, errors.Join(k.entry.validate("", data)...)
}

// Decode gives the data of an event of this type, brought to the present version. The errors are [*TypeError] for another type or a later version,
// [*UpcastError], and [*FieldError] for data that does not fit.
func (k Kind[T]) Decode(e Event) (T, error) {
	var v T
	if e.Type != k.entry.Name || e.schema() > k.entry.Version {
		return v, &TypeError{Type: e.Type, Version: e.schema(), Known: k.entry.Version}
	}
	data, err := k.entry.upcast(e.schema(), e.Data)
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return v, &FieldError{Stream: e.Stream, Field: "data", Reason: err.Error()}
	}
	return v, nil
}

// AtLeast gives the names of the types of that severity or a higher one, sorted, for [Query].Types.
func (c *Catalog) AtLeast(s Severity) []string {
	var out []string
	for name, e := range c.types {
		if e.Severity >= s {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// TypeInfo describes a registered type, for documents and tools.
type TypeInfo struct {
	Name     string
	Version  uint32
	Severity Severity
	Fields   []Field
	Doc      string
}

// Types describes all registered types, sorted by name.
func (c *Catalog) Types() []TypeInfo {
	var out []TypeInfo
	for _, name := range slices.Sorted(maps.Keys(c.types)) {
		e := c.types[name]
		out = append(out, TypeInfo{Name: name, Version: e.Version, Severity: e.Severity, Fields: slices.Clone(e.fields), Doc: e.Doc})
	}
	return out
}

func (c *Catalog) isUntyped(name string) bool {
	return slices.ContainsFunc(c.untyped, func(p string) bool { return strings.HasPrefix(name, p) })
}
