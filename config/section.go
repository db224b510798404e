// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"
	"strings"

	"mabeam.dev/internal/nearest"
)

// section fills a struct: keys that are written, defaults for the others.
func (d *decoder) section(v *value, into reflect.Value, path string) {
	if v.form != mapping {
		d.fail(v.at, path, fault{code: CodeWrongType, reason: "want a section, got " + v.what(), got: v.text, want: "a section"})
		return
	}
	fields := d.shapes.of(into.Type())
	kind := d.kindOf(v, into.Type())
	written := map[string]*value{}
	seen := map[string]place{}
	for _, e := range v.keys {
		at := join(path, e.key)
		if d.repeated(seen, e, at) {
			continue
		}
		if f := find(fields, e.key); f == nil {
			d.unknownKey(e, at, fields, kind)
		} else if !f.applies(kind) {
			d.fail(e.at, at, misplaced(*f, kind))
		} else {
			written[e.key] = e.val
		}
	}
	for _, f := range fields {
		at := join(path, f.name)
		target := into.FieldByIndex(f.index)
		val := written[f.name]
		switch {
		case !f.applies(kind) || f.only != "" && kind == "" && val == nil && into.Type() == childType:
		case into.Type() == childType && f.name == "settings":
			d.settings(val, target, at, kind, v)
		case val != nil:
			d.decode(val, target, at, f)
		case f.required:
			d.missing(v, path, f)
		default:
			d.standard(target, at, f, kind)
		}
	}
}

var (
	childType = reflect.TypeFor[Child]()
	treeType  = reflect.TypeFor[Tree]()
)

// kindOf reads the kind of a child before the rest of it, as it decides which keys there are. The root is a supervisor.
// A kind that is missing or unknown is "", which has all keys.
func (d *decoder) kindOf(v *value, t reflect.Type) string {
	switch t {
	case treeType:
		return KindSupervisor
	case childType:
		if k := v.get("kind"); k != nil && k.form == scalar {
			if k.text == KindSupervisor || k.text == KindExec {
				return k.text
			}
			if _, ok := d.kinds[k.text]; ok {
				return k.text
			}
		}
	}
	return ""
}

// settings decodes what is free in the file and typed by the kind.
func (d *decoder) settings(v *value, into reflect.Value, path, kind string, parent *value) {
	info := d.kinds[kind]
	if kind == "" {
		return // the unknown kind is reported; nothing can be said about its settings
	}
	if info.Settings == nil {
		switch {
		case v == nil || v.form == null:
		case v.form != mapping:
			d.fail(v.at, path, fault{code: CodeWrongType, reason: "want a section, got " + v.what(), got: v.text, want: "a section"})
		default:
			for _, e := range v.keys {
				d.fail(e.at, join(path, e.key), fault{code: CodeUnknownKey, reason: "kind " + quote(kind) + " has no settings", got: e.key})
			}
		}
		return
	}
	if v == nil || v.form == null {
		v = &value{form: mapping, at: parent.at}
	}
	before := len(d.problems)
	target := reflect.New(info.Settings).Elem()
	d.decode(v, target, path, field{})
	into.Set(target)
	if info.Check == nil || len(d.problems) > before {
		return
	}
	for _, issue := range info.Check(target.Interface()) {
		at := path
		if issue.Path != "" {
			at += "." + issue.Path
		}
		d.fail(d.near(at), at, fault{code: CodeKind, reason: issue.Reason})
	}
}

func (d *decoder) unknownKey(e entry, path string, fields []field, kind string) {
	keys := names(fields, kind)
	d.fail(e.at, path, fault{code: CodeUnknownKey, reason: "unknown key " + quote(e.key), got: e.key, suggestion: nearest.Word(e.key, keys), oneOf: keys})
}

// misplaced explains a key that other kinds have.
func misplaced(f field, kind string) fault {
	reason := "kind " + kind + " has no key " + quote(f.name)
	hint := ""
	if f.only != "" {
		hint = "only kind " + f.only + " has it"
	}
	return fault{code: CodeConflict, reason: reason, got: f.name, hint: hint}
}

func (d *decoder) missing(v *value, path string, f field) {
	want := wanted(f.typ)
	if f.name == "version" {
		want = "version: 1"
	}
	d.fail(v.at, join(path, f.name), fault{code: CodeMissing, reason: "required key is missing", want: want})
}

// standard gives a key that is not written its default. Sections below get the defaults of their keys; sections behind
// a pointer, lists and tables stay absent.
func (d *decoder) standard(into reflect.Value, path string, f field, kind string) {
	if section(into.Type()) {
		for _, below := range d.shapes.of(into.Type()) {
			d.standard(into.FieldByIndex(below.index), join(path, below.name), below, "")
		}
		return
	}
	text := f.defaultFor(kind)
	if text == "" {
		return
	}
	s := scalarOf(into.Type())
	if s == nil {
		panic("config: default on " + path + ", which is no single value")
	}
	got, problem := s.parse(&value{form: scalar, text: text, truth: text == "true" || text == "false"})
	if problem != nil {
		panic("config: default of " + path + ": " + problem.reason)
	}
	if t, ok := got.Interface().(Text); ok {
		got = reflect.ValueOf(Plain(t.written))
	}
	into.Set(got)
	d.origins.record(path, text, Origin{})
}

func find(fields []field, name string) *field {
	for i := range fields {
		if fields[i].name == name {
			return &fields[i]
		}
	}
	return nil
}

// near returns the place of a path, or of the nearest section around it that is written.
func (d *decoder) near(path string) place {
	for {
		if at, ok := d.places[path]; ok {
			return at
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return d.places[""]
		}
		path = path[:cut]
	}
}
