// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"reflect"
	"strings"
)

// field is what the tags of one struct field say. Decoder, environment, schema and reference all go by it, so they
// cannot disagree.
type field struct {
	index      []int
	name       string // key in the file
	typ        reflect.Type
	doc        string
	standard   string // default as text; empty if the key has none
	supervisor string // default under kind supervisor where it differs
	min, max   string
	required   bool
	only, not  string // the kind that alone has the key, or lacks it
	listKey    string // in a list of sections: the key by which an item is addressed
	check      string // rule for the text: name, capability, offer, need, query, variable
}

// applies reports whether the key belongs to a child of this kind; an unknown kind ("") has all keys.
func (f field) applies(kind string) bool {
	return kind == "" || (f.only == "" || f.only == kind) && (f.not == "" || f.not != kind)
}

// defaultFor returns the default under a kind.
func (f field) defaultFor(kind string) string {
	if kind == KindSupervisor && f.supervisor != "" {
		return f.supervisor
	}
	return f.standard
}

// shapes reads the tags of struct types once each.
type shapes map[reflect.Type][]field

func (s shapes) of(t reflect.Type) []field {
	if fields, ok := s[t]; ok {
		return fields
	}
	fields := readShape(t, nil)
	if t == treeType {
		for i := range fields {
			fields[i].only = "" // the root is a supervisor; saying so would only confuse
		}
	}
	s[t] = fields
	return fields
}

func readShape(t reflect.Type, prefix []int) []field {
	var fields []field
	for i := range t.NumField() {
		sf := t.Field(i)
		index := append(append([]int(nil), prefix...), i)
		name, option, _ := strings.Cut(sf.Tag.Get("yaml"), ",")
		if option == "inline" {
			fields = append(fields, readShape(sf.Type, index)...)
			continue
		}
		if name == "-" || !sf.IsExported() {
			continue
		}
		if name == "" {
			panic(fmt.Sprintf("config: field %s.%s has no yaml tag", t, sf.Name))
		}
		fields = append(fields, field{
			index: index, name: name, typ: sf.Type,
			doc: sf.Tag.Get("doc"), standard: sf.Tag.Get("default"), supervisor: sf.Tag.Get("supervisor"),
			min: sf.Tag.Get("min"), max: sf.Tag.Get("max"), required: sf.Tag.Get("required") == "true",
			only: sf.Tag.Get("only"), not: sf.Tag.Get("not"), listKey: sf.Tag.Get("key"), check: sf.Tag.Get("check"),
		})
	}
	return fields
}

// fileType is the type of the whole file.
var fileType = reflect.TypeFor[Config]()

// section reports whether values of the type are written as a section of known keys.
func section(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && scalarOf(t) == nil
}

// names lists the keys of a section that apply to a kind.
func names(fields []field, kind string) []string {
	var all []string
	for _, f := range fields {
		if f.applies(kind) {
			all = append(all, f.name)
		}
	}
	return all
}
