// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/market/money"
)

// node is one schema. Field order is output order, so the text is the same every time.
type node struct {
	Schema      string           `json:"$schema,omitempty"`
	Title       string           `json:"title,omitempty"`
	Ref         string           `json:"$ref,omitempty"`
	Description string           `json:"description,omitempty"`
	Type        string           `json:"type,omitempty"`
	AnyOf       []*node          `json:"anyOf,omitempty"`
	Enum        []string         `json:"enum,omitempty"`
	Const       any              `json:"const,omitempty"`
	Pattern     string           `json:"pattern,omitempty"`
	Minimum     *float64         `json:"minimum,omitempty"`
	Maximum     *float64         `json:"maximum,omitempty"`
	MinItems    int              `json:"minItems,omitempty"`
	Default     any              `json:"default,omitempty"`
	Items       *node            `json:"items,omitempty"`
	Properties  *properties      `json:"properties,omitempty"`
	Additional  any              `json:"additionalProperties,omitempty"` // false or a schema
	Required    []string         `json:"required,omitempty"`
	Defs        map[string]*node `json:"$defs,omitempty"`
}

// properties keep the order of the fields, which a Go map would lose.
type properties struct {
	names []string
	nodes []*node
}

// MarshalJSON writes the properties in their order.
func (p *properties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range p.names {
		if i > 0 {
			b.WriteByte(',')
		}
		text, err := encode(p.nodes[i])
		if err != nil {
			return nil, err
		}
		b.WriteString(strconv.Quote(name) + ":")
		b.Write(text)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func encode(n *node) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(n)
	return b.Bytes(), err
}

// Schema returns the JSON schema of the file format (draft 2020-12), generated from the same tags as the checks. It is
// for editors: what a file may hold is decided by Load, which knows rules that no schema can say.
func Schema() []byte {
	m := schemas{shapes: shapes{}, defs: map[string]*node{}}
	top := m.section(fileType)
	top.Schema = "https://json-schema.org/draft/2020-12/schema"
	top.Title = "Mabeam node"
	top.Defs = m.defs
	raw, err := encode(top)
	if err != nil {
		panic("config: encode schema: " + err.Error()) // plain data: cannot fail
	}
	var out bytes.Buffer
	if err := json.Indent(&out, bytes.TrimSpace(raw), "", "  "); err != nil {
		panic("config: indent schema: " + err.Error())
	}
	out.WriteByte('\n')
	return out.Bytes()
}

type schemas struct {
	shapes shapes
	defs   map[string]*node
}

func (m schemas) section(t reflect.Type) *node {
	n := &node{Type: "object", Properties: &properties{}, Additional: false}
	for _, f := range m.shapes.of(t) {
		n.Properties.names = append(n.Properties.names, f.name)
		n.Properties.nodes = append(n.Properties.nodes, m.field(f))
		if f.required && f.only == "" {
			n.Required = append(n.Required, f.name)
		}
	}
	return n
}

func (m schemas) field(f field) *node {
	n := m.of(f.typ)
	n.Description = f.sentence()
	if f.name == "version" {
		n.Const = Version
	}
	if f.required && n.Type == "array" {
		n.MinItems = 1
	}
	if n.Type == "integer" || n.Type == "number" {
		n.Minimum, n.Maximum = float(f.min), float(f.max)
	}
	if f.supervisor != "" || f.standard == "" {
		return n
	}
	n.Default = f.standard
	switch n.Type {
	case "boolean":
		n.Default = f.standard == "true"
	case "integer", "number":
		n.Default = *float(f.standard)
	}
	return n
}

func float(text string) *float64 {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil
	}
	return &x
}

// of returns the schema of a type without documentation. Types that contain themselves are defined once and referred to.
func (m schemas) of(t reflect.Type) *node {
	if s := scalarOf(t); s != nil {
		return scalarSchema(t, s)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return m.of(t.Elem())
	case reflect.Slice:
		return &node{Type: "array", Items: m.of(t.Elem())}
	case reflect.Map:
		return &node{Type: "object", Additional: m.of(t.Elem())}
	case reflect.Interface:
		return &node{Type: "object"}
	}
	if t != childType {
		return m.section(t)
	}
	name := strings.ToLower(t.Name())
	if _, known := m.defs[name]; !known {
		m.defs[name] = nil // children inside children find the name taken
		m.defs[name] = m.section(t)
	}
	return &node{Ref: "#/$defs/" + name}
}

const durationPattern = `^([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+$`

func scalarSchema(t reflect.Type, s *scalarType) *node {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return &node{Type: "string", Pattern: durationPattern}
	case reflect.TypeFor[Size]():
		return &node{Type: "string", Pattern: `^[0-9]+(\.[0-9]*)?(B|KiB|MiB|GiB)$`}
	case reflect.TypeFor[Shutdown]():
		return &node{AnyOf: []*node{{Type: "string", Enum: []string{"brutal_kill", "infinity"}}, {Type: "string", Pattern: durationPattern}}}
	case reflect.TypeFor[Rate]():
		zero, thousand := 0.0, 1000.0
		return &node{AnyOf: []*node{{Type: "integer", Minimum: &zero, Maximum: &thousand}, {Type: "string", Pattern: `^every +[1-9][0-9]*$`}}}
	case reflect.TypeFor[Address]():
		return &node{Type: "string", Pattern: `^(off|.*:[0-9]+)$`}
	case reflect.TypeFor[money.Amount]():
		return &node{AnyOf: []*node{{Type: "number"}, {Type: "string", Pattern: `^[+-]?[0-9]+(\.[0-9]{1,6})?$`}}}
	case reflect.TypeFor[Text]():
		return &node{AnyOf: []*node{{Type: "string"}, {Type: "number"}}}
	}
	switch t.Kind() {
	case reflect.Bool:
		return &node{Type: "boolean"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return &node{Type: "integer"}
	case reflect.Float64:
		return &node{Type: "number"}
	}
	return &node{Type: "string", Enum: s.values}
}
