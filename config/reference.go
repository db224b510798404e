// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// key is one key of the file format with its full path; [] stands for any item and .* for any name.
type key struct {
	path  string
	field field
}

// keys lists every key of a type in the order of the file. A type inside itself, a child of a supervisor that is itself
// a child, is listed once.
func keys(s shapes, t reflect.Type, path string, above []reflect.Type) []key {
	var all []key
	for _, f := range s.of(t) {
		at := join(path, f.name)
		all = append(all, key{at, f})
		below, suffix := inner(f.typ)
		if below == nil || contains(above, below) {
			continue
		}
		all = append(all, keys(s, below, at+suffix, append(above, below))...)
	}
	return all
}

// inner returns the section type inside a field's type, and what the path gets for it.
func inner(t reflect.Type) (reflect.Type, string) {
	switch {
	case t.Kind() == reflect.Pointer:
		return inner(t.Elem())
	case section(t):
		return t, ""
	case t.Kind() == reflect.Slice && section(t.Elem()):
		return t.Elem(), "[]"
	}
	return nil, ""
}

func contains(all []reflect.Type, t reflect.Type) bool {
	for _, a := range all {
		if a == t {
			return true
		}
	}
	return false
}

// describe names a type in the words of the reference.
func describe(t reflect.Type) string {
	if s := scalarOf(t); s != nil {
		if len(s.values) > 0 {
			return strings.Join(s.values, ", ")
		}
		return s.name
	}
	switch t.Kind() {
	case reflect.Pointer:
		return describe(t.Elem())
	case reflect.Slice:
		if section(t.Elem()) {
			return "list of sections"
		}
		return "list of " + describe(t.Elem())
	case reflect.Map:
		return "table of " + describe(t.Elem())
	case reflect.Interface:
		return "any"
	}
	return "section"
}

// sentence is the documentation of a key with what its tags add.
func (f field) sentence() string {
	text := f.doc
	switch {
	case f.only != "":
		text += " Only for kind " + f.only + "."
	case f.not != "":
		text += " Not for kind " + f.not + "."
	}
	if b := f.bounds(); b != "" {
		text += " Range: " + b + "."
	}
	return text
}

// Markdown returns the reference of the file format, generated from the same tags as the checks.
func Markdown() string {
	var b strings.Builder
	b.WriteString(`# Configuration

<!-- Generated from the types of package config. Do not edit: go test ./config -rewrite writes it. -->

One YAML file configures a node; JSON is accepted as a subset. Any key may be left out unless it is marked as required.

| Rule | |
|---|---|
| Precedence | default < file < environment < ` + "`--set key=value`" + ` |
| Environment | ` + "`MABEAM_`" + ` and the path in capitals with ` + "`__`" + ` between levels; items of a list by their ` + "`id`" + ` or ` + "`queue`" + `, other characters than letters and digits as ` + "`_`" + `: ` + "`MABEAM_TREE__CHILDREN__LINTER__COUNT=2`" + `. A variable that names no key is an error; ` + "`runtime validate --show-env`" + ` lists all |
| Arguments | ` + "`--set tree.children[linter].count=2`" + `, items by number or name; lists with commas or as YAML |
| Durations | need a unit: ` + "`300ms`, `5s`, `1m30s`" + ` |
| Sizes | need a unit: ` + "`512B`, `64KiB`, `1MiB`, `1GiB`" + ` |
| Rates | ` + "`20`" + ` is 20 in a thousand, ` + "`every 50`" + ` is each fiftieth |
| Secrets | ` + "`${env:NAME}` and `${file:PATH}`" + ` in text values; they are never printed. ` + "`$${`" + ` is a plain ` + "`${`" + ` |
| Aliases | anchors, aliases and merge keys (` + "`<<`" + `) work within the limits |
| Limits | one document, 4 MiB, 64 levels, 500,000 values with those that aliases make |
| Paths | relative ones count from the folder the node is started in |

`)
	s := shapes{}
	group := "file"
	heading := func(name string) {
		fmt.Fprintf(&b, "## %s\n\n| Key | Type | Default | Meaning |\n|---|---|---|---|\n", name)
	}
	heading("The file")
	all := keys(s, fileType, "", nil)
	for _, k := range all {
		if !strings.ContainsAny(k.path, ".[") {
			row(&b, k)
		}
	}
	for _, k := range all {
		top, _, nested := strings.Cut(strings.ReplaceAll(k.path, "[", "."), ".")
		if !nested {
			continue
		}
		if top != group {
			group = top
			b.WriteString("\n")
			heading(top)
		}
		row(&b, k)
	}
	b.WriteString("\nA child of kind supervisor has children of its own: `tree.children[].children` holds the keys of `tree.children` again.\n")
	return b.String()
}

func row(b *strings.Builder, k key) {
	standard := ""
	switch {
	case k.field.required:
		standard = "required"
	case k.field.standard != "":
		standard = "`" + k.field.standard + "`"
		if k.field.supervisor != "" {
			standard += ", supervisor `" + k.field.supervisor + "`"
		}
	}
	fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", k.path, describe(k.field.typ), standard, strings.ReplaceAll(k.field.sentence(), "|", "\\|"))
}

// KindsMarkdown returns the reference of registered kinds, sorted by name: what each is for and which settings it has.
func KindsMarkdown(kinds map[string]KindInfo) string {
	var b strings.Builder
	b.WriteString("# Kinds\n")
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		info := kinds[name]
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", name, info.Doc)
		switch {
		case info.Settings == nil:
			b.WriteString("It has no settings.\n")
		case !section(info.Settings):
			fmt.Fprintf(&b, "Its settings: %s.\n", describe(info.Settings))
		default:
			b.WriteString("\n| Key | Type | Default | Meaning |\n|---|---|---|---|\n")
			for _, k := range keys(shapes{}, info.Settings, "settings", nil) {
				row(&b, k)
			}
		}
	}
	return b.String()
}
