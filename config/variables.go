// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"
	"strings"
)

// prefix begins the name of every variable that sets a key.
const prefix = "MABEAM_"

// openName ends the name of a variable whose last part is free.
const openName = "<NAME>"

// Variable is one environment variable that sets a key.
type Variable struct {
	Name string // name of the variable; a last part <NAME> stands for any name
	Path string // key path it sets
	Type string // what to write, in words
	Doc  string // what the key means
	Set  bool   // whether the environment has it
}

// variable is a Variable with what is needed to apply it.
type variable struct {
	name  string
	path  string
	steps []step
	field field
}

// ShowEnv lists the variables that apply to a file: one for each key of each section, child and queue it has, in the
// order of the reference. A text that cannot be parsed gives the list of an empty file.
func ShowEnv(in Input) []Variable {
	tree, _, _ := parse(in.Name, in.Data)
	if tree == nil {
		tree = &value{form: mapping}
	}
	o := overlay{shapes: shapes{}, kinds: in.Kinds, root: tree}
	set := map[string]bool{}
	for name := range environment(in.Env) {
		set[strings.ToUpper(name)] = true
	}
	var all []Variable
	for _, v := range o.variables() {
		all = append(all, Variable{Name: v.name, Path: v.path, Type: describe(v.field.typ), Doc: v.field.doc, Set: set[v.name]})
	}
	return all
}

// variables lists what may be set, from the types and the items that the tree has.
func (o *overlay) variables() []variable {
	var all []variable
	var walk func(t reflect.Type, v *value, at variable)
	walk = func(t reflect.Type, v *value, at variable) {
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch {
		case section(t):
			kind := (&decoder{kinds: o.kinds}).kindOf(v, t)
			for _, f := range o.shapes.of(t) {
				if at.path == "" && f.name == "version" {
					continue // says how the file is to be read, so only the file can say it
				}
				if !f.applies(kind) || at.field.listKey != "" && f.name == at.field.listKey {
					continue // an item is found by its name, so its name stays
				}
				below := variable{name: at.name + "__" + segment(f.name), path: join(at.path, f.name), field: f, steps: with(at.steps, step{key: f.name})}
				if at.path == "" {
					below.name = prefix + segment(f.name)
				}
				ft := f.typ
				if t == childType && f.name == "settings" && kind != "" {
					if ft = o.kinds[kind].Settings; ft == nil {
						continue // the kind has none
					}
				}
				walk(ft, v.get(f.name), below)
			}
		case t.Kind() == reflect.Slice && section(t.Elem()):
			if v == nil || v.form != list {
				return
			}
			for i, e := range v.items {
				if id := e.get(at.field.listKey); id != nil && id.form == scalar && id.text != "" {
					walk(t.Elem(), e, variable{name: at.name + "__" + segment(id.text), path: item(at.path, i), field: at.field, steps: with(at.steps, step{index: i})})
				}
			}
		case t.Kind() == reflect.Map || t.Kind() == reflect.Interface:
			at.name += "__" + openName
			at.field.typ = reflect.TypeFor[Text]()
			if t.Kind() == reflect.Map {
				at.field.typ = t.Elem()
			}
			all = append(all, at)
		default:
			at.field.typ = t
			all = append(all, at)
		}
	}
	walk(fileType, o.root, variable{})
	return all
}

func with(steps []step, s step) []step {
	return append(append(make([]step, 0, len(steps)+1), steps...), s)
}

// segment writes a key or a name as part of a variable: shells take letters, digits and underscores only.
func segment(name string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (letter(byte(r)) || r >= '0' && r <= '9') {
			return r
		}
		return '_'
	}, strings.ToUpper(name))
}
