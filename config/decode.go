// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"
	"strconv"

	"mabeam.dev/telemetry/alert"
)

// decoder fills typed values from a tree and collects all that is wrong on the way.
type decoder struct {
	shapes   shapes
	kinds    map[string]KindInfo
	known    []string // names of kinds
	refs     references
	files    Files
	series   []string // names that alert rules may look at; nil if they are not known
	pack     []alert.Rule
	lenient  bool // the file is of a newer version: what is unknown here may be right there
	problems []placed
	places   map[string]place // key path -> where its value is
	refused  map[string]bool  // key paths that have a problem, so that no rule complains about them again
	origins  Origins
}

func (d *decoder) fail(at place, path string, f fault) {
	d.refused[path] = true
	if d.lenient {
		switch f.code {
		case CodeUnknownKey, CodeUnknownValue, CodeWrongType, CodeMissing, CodeConflict:
			return
		}
	}
	d.problems = append(d.problems, placed{at, path, f})
}

// decode fills one value. f holds the tags of the field it belongs to.
func (d *decoder) decode(v *value, into reflect.Value, path string, f field) {
	d.places[path] = v.at
	if v.form == scalar && d.refused[path] {
		return // the parser complained about it
	}
	if into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		into = into.Elem()
	}
	if s := scalarOf(into.Type()); s != nil {
		d.scalar(v, into, path, f, s)
		return
	}
	if v.form == null {
		d.fail(v.at, path, fault{code: CodeEmpty, reason: "no value given", want: wanted(into.Type()), hint: f.without()})
		return
	}
	switch into.Kind() {
	case reflect.Struct:
		d.section(v, into, path)
	case reflect.Slice:
		d.list(v, into, path, f)
	case reflect.Map:
		d.table(v, into, path, f)
	case reflect.Interface:
		into.Set(reflect.ValueOf(d.free(v, path)))
	default:
		panic("config: cannot decode into " + into.Type().String())
	}
}

// without advises on a key that stands there with nothing behind it.
func (f field) without() string {
	if f.required {
		return ""
	}
	return "or leave the key out"
}

// wanted says in a message what the value of a type looks like.
func wanted(t reflect.Type) string {
	if s := scalarOf(t); s != nil {
		return s.want
	}
	if t.Kind() == reflect.Slice {
		return "a list"
	}
	return "a section"
}

func (d *decoder) scalar(v *value, into reflect.Value, path string, f field, s *scalarType) {
	if v.form == null {
		d.fail(v.at, path, fault{code: CodeEmpty, reason: "no value given", want: s.want, oneOf: s.values, hint: f.without()})
		return
	}
	if v.form != scalar {
		d.fail(v.at, path, fault{code: CodeWrongType, reason: "want " + s.want + ", got " + v.what(), want: s.want, oneOf: s.values})
		return
	}
	got, problem := s.parse(v)
	if problem == nil {
		problem = f.outside(got, v)
	}
	if problem == nil && got.Kind() == reflect.String {
		problem = f.refuses(got.String())
	}
	if problem == nil && got.Type() == reflect.TypeFor[Text]() {
		text := got.Interface().(Text)
		text.revealed, problem = d.refs.reveal(text.written)
		if problem == nil && f.check == "path" {
			problem = f.refuses(text.revealed)
		}
		got = reflect.ValueOf(text)
	}
	if problem != nil {
		d.fail(v.at, path, *problem)
		return
	}
	into.Set(got)
	d.origins.record(path, v.text, v.at.origin())
}

func (d *decoder) list(v *value, into reflect.Value, path string, f field) {
	if v.form != list {
		hint := ""
		if v.form == scalar {
			hint = "write [" + brief(v.text) + "]"
		}
		d.fail(v.at, path, fault{code: CodeWrongType, reason: "want a list, got " + v.what(), got: v.text, want: "a list", hint: hint})
		return
	}
	if f.required && len(v.items) == 0 {
		d.fail(v.at, path, fault{code: CodeMissing, reason: "the list is empty", want: "at least one"})
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(v.items), len(v.items)))
	for i, e := range v.items {
		d.decode(e, into.Index(i), item(path, i), f)
	}
}

func (d *decoder) table(v *value, into reflect.Value, path string, f field) {
	if v.form != mapping {
		d.fail(v.at, path, fault{code: CodeWrongType, reason: "want a section, got " + v.what(), got: v.text, want: "a section"})
		return
	}
	into.Set(reflect.MakeMapWithSize(into.Type(), len(v.keys)))
	seen := map[string]place{}
	for _, e := range v.keys {
		at := join(path, e.key)
		if d.repeated(seen, e, at) {
			continue
		}
		if problem := f.refuses(e.key); problem != nil {
			d.fail(e.at, at, *problem)
			continue
		}
		one := reflect.New(into.Type().Elem()).Elem()
		d.decode(e.val, one, at, field{})
		into.SetMapIndex(reflect.ValueOf(e.key).Convert(into.Type().Key()), one)
	}
}

// free reads values of settings that are not typed: text (a Text if it refers to a secret), int64, float64, bool, lists
// and maps of these.
func (d *decoder) free(v *value, path string) any {
	d.places[path] = v.at
	switch v.form {
	case list:
		items := make([]any, len(v.items))
		for i, e := range v.items {
			items[i] = d.free(e, item(path, i))
		}
		return items
	case mapping:
		keys := make(map[string]any, len(v.keys))
		seen := map[string]place{}
		for _, e := range v.keys {
			if at := join(path, e.key); !d.repeated(seen, e, at) {
				keys[e.key] = d.free(e.val, at)
			}
		}
		return keys
	case null:
		return nil
	}
	d.origins.record(path, v.text, v.at.origin())
	if !v.quoted {
		if v.truth {
			return v.text == "true"
		}
		if n, err := strconv.ParseInt(v.text, 10, 64); err == nil {
			return n
		}
		if x, f := parseFloat(v); f == nil {
			return x.Float()
		}
	}
	revealed, problem := d.refs.reveal(v.text)
	if problem != nil {
		d.fail(v.at, path, *problem)
	}
	if revealed != v.text {
		return Text{written: v.text, revealed: revealed}
	}
	return v.text
}

// repeated reports, and complains about, a key that was written before.
func (d *decoder) repeated(seen map[string]place, e entry, path string) bool {
	first, again := seen[e.key]
	if again {
		d.fail(e.at, path, fault{code: CodeDuplicateKey, reason: "key written twice", got: e.key, hint: "first written " + beside(first, e.at)})
		return true
	}
	seen[e.key] = e.at
	return false
}

// beside names a place for a reader who looks at another one.
func beside(p, from place) string {
	if p.src != from.src {
		return "at " + p.origin().String()
	}
	return "at line " + strconv.Itoa(p.line)
}
