// SPDX-License-Identifier: Apache-2.0

package config

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"mabeam.dev/internal/nearest"
)

// overlay lays the environment and the arguments over the tree of the file.
type overlay struct {
	shapes   shapes
	kinds    map[string]KindInfo
	root     *value
	problems []placed
}

func (o *overlay) fail(at place, path string, f fault) {
	o.problems = append(o.problems, placed{at, path, f})
}

// environment applies every variable that begins with MABEAM_, in the order of their names.
func (o *overlay) environment(env []string) {
	table := environment(env)
	var mine []string
	for name := range table {
		if strings.HasPrefix(strings.ToUpper(name), prefix) {
			mine = append(mine, name)
		}
	}
	if len(mine) == 0 {
		return
	}
	slices.Sort(mine)
	// The list is made before the first variable is applied, so that the outcome does not hang on their order.
	vars := o.variables()
	byName := make(map[string][]variable, len(vars))
	for _, v := range vars {
		byName[v.name] = append(byName[v.name], v)
	}
	for _, name := range mine {
		text := table[name]
		src := &source{layer: fromEnv, name: "env " + name, lines: []string{name + "=" + text}}
		whole := src.at(1, 1, utf8.RuneCountInString(name))
		found := matching(byName, vars, name)
		switch len(found) {
		case 0:
			src.lines[0] = name + "=…" // what nobody knows may be a secret
			o.fail(whole, "", fault{code: CodeUnknownVariable, reason: "unknown variable", got: name, suggestion: nearest.Word(name, variableNames(vars))})
		case 1:
			at := src.at(1, utf8.RuneCountInString(name)+2, utf8.RuneCountInString(text))
			o.apply(found[0].steps, found[0].path, found[0].field.typ, text, at)
		default:
			src.lines[0] = name + "=…"
			o.fail(whole, "", fault{code: CodeUnknownVariable, reason: "the variable may mean " + found[0].path + " or " + found[1].path, got: name, hint: "use --set"})
		}
	}
}

// matching finds the key or keys a variable stands for. Tables take any name below their own.
func matching(byName map[string][]variable, vars []variable, name string) []variable {
	upper := strings.ToUpper(name)
	if found := byName[upper]; len(found) > 0 {
		return found
	}
	var found []variable
	for _, v := range vars {
		below := strings.TrimSuffix(v.name, openName)
		if below == v.name || !strings.HasPrefix(upper, below) || len(name) == len(below) {
			continue
		}
		key := name[len(below):]
		v.steps = append(slices.Clone(v.steps), step{key: key})
		v.path = join(v.path, key)
		found = append(found, v)
	}
	return found
}

func variableNames(vars []variable) []string {
	all := make([]string, len(vars))
	for i, v := range vars {
		all[i] = v.name
	}
	return all
}

// arguments applies key=value pairs in their order.
func (o *overlay) arguments(sets []string) {
	for _, s := range sets {
		src := &source{layer: fromSet, name: "--set", lines: []string{s}}
		path, text, ok := strings.Cut(s, "=")
		whole := src.at(1, 1, utf8.RuneCountInString(path))
		if !ok {
			o.fail(whole, "", fault{code: CodeArgument, reason: "argument without a value", got: s, want: "key=value"})
			continue
		}
		parts, ok := splitPath(path)
		if !ok {
			o.fail(whole, "", fault{code: CodeArgument, reason: "no key path: " + quote(path), got: path, want: "a path such as tree.children[id].count"})
			continue
		}
		at := src.at(1, utf8.RuneCountInString(path)+2, utf8.RuneCountInString(text))
		steps, t, full, problem := o.resolve(parts)
		if problem != nil {
			o.fail(whole, full, *problem)
			continue
		}
		o.apply(steps, full, t, text, at)
	}
}

// resolve walks a path through types and tree at once: types know the keys, the tree knows which items there are.
func (o *overlay) resolve(parts []part) (steps []step, t reflect.Type, full string, problem *fault) {
	t, v := fileType, o.root
	var f field
	var kind string // of the child that was passed last
	for _, p := range parts {
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() == reflect.Interface {
			if info := o.kinds[kind]; info.Settings != nil && f.name == "settings" {
				t = info.Settings
			}
		}
		switch {
		case section(t):
			fields := o.shapes.of(t)
			below := find(fields, p.text)
			if below == nil {
				keys := names(fields, "")
				return nil, nil, join(full, p.text), &fault{code: CodeArgument, reason: "unknown key " + quote(p.text), got: p.text, suggestion: nearest.Word(p.text, keys), oneOf: keys}
			}
			if t == childType {
				kind = (&decoder{kinds: o.kinds}).kindOf(v, t)
			}
			f, t, v, full = *below, below.typ, v.get(p.text), join(full, p.text)
			steps = append(steps, step{key: p.text})
		case t.Kind() == reflect.Slice:
			i, problem := position(v, f.listKey, p.text)
			if problem != nil {
				return nil, nil, full, problem
			}
			t, v, full = t.Elem(), v.items[i], item(full, i)
			steps = append(steps, step{index: i})
		case t.Kind() == reflect.Map || t.Kind() == reflect.Interface:
			if t.Kind() == reflect.Map {
				t = t.Elem()
			}
			full, v = join(full, p.text), v.get(p.text)
			steps = append(steps, step{key: p.text})
		default:
			return nil, nil, full, &fault{code: CodeArgument, reason: "a single value has no key " + quote(p.text), got: p.text}
		}
	}
	return steps, t, full, nil
}

// position finds an item of a list by its number or by the value of its naming key.
func position(v *value, key, text string) (int, *fault) {
	if v == nil || v.form != list {
		return 0, &fault{code: CodeArgument, reason: "the list is empty, so there is no " + quote(text), got: text}
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 0 && n < len(v.items) {
		return n, nil
	}
	var ids []string
	for i, e := range v.items {
		if id := e.get(key); id != nil && id.form == scalar {
			if id.text == text {
				return i, nil
			}
			ids = append(ids, id.text)
		}
	}
	return 0, &fault{code: CodeArgument, reason: "the list has no " + quote(text), got: text, suggestion: nearest.Word(text, ids)}
}

// apply reads a text as its key wants it and puts it into the tree.
func (o *overlay) apply(steps []step, path string, t reflect.Type, text string, at place) {
	v, problem := read(t, text, at)
	if problem != nil {
		o.fail(at, path, *problem)
		return
	}
	if !o.root.set(steps, v) {
		o.fail(at, path, fault{code: CodeConflict, reason: "the file has no section to put this in"})
	}
}

// read turns the text of a variable or argument into a value: single values as they are, sections and lists as YAML,
// lists of single values also with commas between them.
func read(t reflect.Type, text string, at place) (*value, *fault) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	plain := &value{form: scalar, text: text, at: at}
	if scalarOf(t) != nil {
		if t.Kind() == reflect.Bool {
			plain.truth = text == "true" || text == "false"
		}
		return plain, nil
	}
	trimmed := strings.TrimSpace(text)
	if t.Kind() == reflect.Slice && scalarOf(t.Elem()) != nil && !strings.HasPrefix(trimmed, "[") {
		l := &value{form: list, at: at}
		for _, part := range strings.Split(text, ",") {
			if part = strings.TrimSpace(part); part != "" {
				l.items = append(l.items, &value{form: scalar, text: part, at: at})
			}
		}
		return l, nil
	}
	if trimmed == "" && t.Kind() == reflect.Interface {
		return plain, nil
	}
	v, _, problems := parse(at.src.name, []byte(text))
	if len(problems) > 0 {
		return nil, &problems[0].fault
	}
	v.move(at)
	return v, nil
}

// move gives a value and all below it one place: inside a variable the whole text is pointed at.
func (v *value) move(at place) {
	v.at = at
	for i := range v.keys {
		v.keys[i].at = at
		v.keys[i].val.move(at)
	}
	for _, e := range v.items {
		e.move(at)
	}
}
