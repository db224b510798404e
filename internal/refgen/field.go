// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"go/ast"
	"go/types"
	"reflect"
	"strconv"
	"strings"
)

// field is one field of a struct.
type field struct {
	name string
	typ  ast.Expr
	doc  string
	key  string // of its JSON tag
	// optional marks a JSON key that is left out when it is zero.
	optional bool
	embedded bool
}

// fields lists the exported fields of a struct type; those of an embedded unexported struct stand in its place. Other types have
// none.
func (t *typ) fields() []field {
	st, ok := t.spec.Type.(*ast.StructType)
	if !ok {
		return nil
	}
	var out []field
	for _, f := range st.Fields.List {
		base := field{typ: f.Type, doc: prose(f.Doc)}
		if base.doc == "" {
			base.doc = prose(f.Comment)
		}
		base.tag(f.Tag)
		if len(f.Names) == 0 {
			out = append(out, t.embedded(base)...)
		}
		for _, name := range f.Names {
			if name.IsExported() {
				base.name = name.Name
				out = append(out, base)
			}
		}
	}
	return out
}

func (t *typ) embedded(f field) []field {
	if id, ok := f.typ.(*ast.Ident); ok && !id.IsExported() {
		if inner := t.pkg.typ(id.Name); inner != nil {
			return inner.fields()
		}
		return nil
	}
	f.name = types.ExprString(f.typ)
	f.name = f.name[strings.LastIndexAny(f.name, ".*")+1:]
	f.embedded = true
	return []field{f}
}

func (f *field) tag(lit *ast.BasicLit) {
	if lit == nil {
		return
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		return // the parser has accepted it, so this does not happen
	}
	key, options, _ := strings.Cut(reflect.StructTag(text).Get("json"), ",")
	f.key, f.optional = key, strings.Contains(options, "omit")
}

// goFields writes the fields as Go code sees them. Each must have a comment.
func goFields(b *strings.Builder, t *typ) error {
	var rows [][]string
	var errs []error
	for _, f := range t.fields() {
		if f.embedded {
			f.doc = "see below"
		}
		errs = append(errs, t.commented(f))
		rows = append(rows, []string{code(f.name), code(types.ExprString(f.typ)), f.doc})
	}
	table(b, []string{"Field", "Type", "Meaning"}, rows)
	return errors.Join(errs...)
}

// jsonFields writes the fields as a reader of the JSON sees them. Each must have a comment.
func jsonFields(b *strings.Builder, t *typ) error {
	var rows [][]string
	var errs []error
	for _, f := range t.fields() {
		if f.key == "" || f.key == "-" {
			continue
		}
		errs = append(errs, t.commented(f))
		meaning := f.doc
		if f.optional {
			meaning += " (may be left out)"
		}
		rows = append(rows, []string{code(f.key), jsonType(f.typ), meaning})
	}
	table(b, []string{"Key", "Type", "Meaning"}, rows)
	return errors.Join(errs...)
}

// commented complains of a field without a comment.
func (t *typ) commented(f field) error {
	if f.doc != "" {
		return nil
	}
	return problem(t.pkg.at[t.spec], f.typ.Pos(), "%s.%s has no comment", t.name, f.name)
}

// jsonType names a type in the words of JSON.
func jsonType(e ast.Expr) string {
	switch text := types.ExprString(e); text {
	case "string":
		return "string"
	case "int", "int64", "uint64":
		return "whole number"
	case "float64":
		return "number"
	case "bool", "*bool":
		return "true or false"
	case "json.RawMessage":
		return "any JSON"
	case "time.Duration":
		return `duration, such as "30s"`
	case "Instant":
		return "RFC 3339 time, or a duration from now"
	default:
		if elem, ok := strings.CutPrefix(text, "[]"); ok {
			if elem == "string" {
				return "list of strings"
			}
			return "list of " + code(elem)
		}
		return code(text)
	}
}
