// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// event is one type of event.
type event struct {
	*typ
	name   string
	levels []string // the loudest first
}

// loudness orders the levels.
var loudness = []string{"Error", "Warn", "Info", "Debug"}

// eventsPage lists every event of the module.
func eventsPage(s *source) (string, error) {
	all, errs := s.events()
	var b strings.Builder
	b.WriteString(banner("the types with a method EventName") + `# Events

What a node tells of itself, as typed values on its bus: ` + "`telemetry.Subscribe`" + ` takes one type, a queue takes all. The log shows each
under its name at its level.

`)
	var rows [][]string
	for _, e := range all {
		rows = append(rows, []string{code(e.name), code(e.pkg.name + "." + e.typ.name), e.level()})
	}
	table(&b, []string{"Event", "Type", "Level"}, rows)
	shared := map[string]*typ{}
	for _, e := range all {
		b.WriteString("## " + e.name + "\n\n" + code(e.pkg.path+"."+e.typ.name) + ". " + prose(e.doc) + "\n\n")
		errs = append(errs, goFields(&b, e.typ))
		for _, f := range e.fields() {
			if f.embedded {
				name, t := s.lookUp(e.typ, f.typ)
				if t == nil {
					errs = append(errs, problem(e.pkg.at[e.spec], e.spec.Pos(), "the embedded type %s cannot be read", name))
					continue
				}
				shared[name] = t
			}
		}
	}
	names := make([]string, 0, len(shared))
	for name := range shared {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.WriteString("## The fields of " + code(name) + "\n\n" + prose(shared[name].doc) + "\n\n")
		errs = append(errs, goFields(&b, shared[name]))
	}
	return strings.TrimRight(b.String(), "\n") + "\n", errors.Join(errs...)
}

// events finds the types of events, sorted by name. A name that two types have, or that is no literal, is an error.
func (s *source) events() ([]event, []error) {
	var all []event
	var errs []error
	for _, p := range s.packages {
		for _, t := range p.types {
			fn := t.methods["EventName"]
			if fn == nil {
				continue
			}
			e := event{t, returned(fn), levels(t.methods["LogLevel"])}
			switch same := slices.IndexFunc(all, func(o event) bool { return o.name == e.name }); {
			case e.name == "":
				errs = append(errs, problem(p.at[fn], fn.Pos(), "the name of event %s is no literal", t.name))
			case same >= 0:
				errs = append(errs, problem(p.at[fn], fn.Pos(), "%q is the name of %s.%s as well", e.name, all[same].pkg.path, all[same].typ.name))
			case t.doc == nil:
				errs = append(errs, problem(p.at[t.spec], t.spec.Pos(), "event %s has no comment", t.name))
			}
			all = append(all, e)
		}
	}
	slices.SortStableFunc(all, func(a, b event) int { return strings.Compare(a.name, b.name) })
	return all, errs
}

// levels lists the levels that a LogLevel method speaks of.
func levels(fn *ast.FuncDecl) []string {
	if fn == nil || fn.Body == nil {
		return nil
	}
	found := map[string]bool{}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && types.ExprString(sel.X) == "slog" {
			found[strings.TrimPrefix(sel.Sel.Name, "Level")] = true
		}
		return true
	})
	var out []string
	for _, l := range loudness {
		if found[l] {
			out = append(out, l)
		}
	}
	return out
}

// level is the level as the page shows it: where it depends, in the words of the method's comment.
func (e event) level() string {
	switch len(e.levels) {
	case 0:
		return "Debug, by its name alone"
	case 1:
		return e.levels[0]
	}
	return strings.TrimSuffix(strings.TrimPrefix(prose(e.methods["LogLevel"].Doc), "LogLevel is "), ".")
}

// lookUp finds a type of the module by the expression that a declaration uses for it; nil when it is not of the module.
func (s *source) lookUp(from *typ, e ast.Expr) (string, *typ) {
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	if sel, ok := e.(*ast.SelectorExpr); ok {
		return types.ExprString(e), s.imported(from.pkg.at[from.spec], types.ExprString(sel.X)).typ(sel.Sel.Name)
	}
	name := types.ExprString(e)
	return from.pkg.name + "." + name, from.pkg.typ(name)
}
