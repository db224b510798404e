// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"mabeam.dev/internal/archtest"
	"mabeam.dev/telemetry/prom"
)

// metric is one metric as it is defined.
type metric struct {
	name, kind, help string
	labels           []string
}

// registers are the methods of a registry that take a definition, and what they make of it.
var registers = map[string]string{
	"Counter": "counter", "Gauge": "gauge", "Level": "gauge", "Read": "gauge", "Histogram": "histogram",
}

// metricsPage lists the metrics that a node serves.
func metricsPage(s *source) (string, error) {
	var all []metric
	var errs []error
	for _, p := range s.packages {
		for _, f := range p.files {
			if f.Syntax == nil || strings.HasPrefix(p.path, "internal/bench/") { // what measures serves nobody
				continue
			}
			found, err := (&metricFinder{p: p, f: f, met: map[*ast.CompositeLit]bool{}}).find()
			all, errs = append(all, found...), append(errs, err)
		}
	}
	slices.SortFunc(all, func(a, b metric) int { return strings.Compare(a.name, b.name) })
	var b strings.Builder
	b.WriteString(banner("the definitions of the metrics") + `# Metrics

What a node serves at ` + "`/metrics`" + `, besides the figures of the Go runtime (` + "`go_`" + `) and of the process (` + "`process_`" + `). Every metric
also has the label ` + "`node`" + `. A metric shows a series once there is something to show.

`)
	rows := make([][]string, 0, len(all))
	for i, m := range all {
		if i > 0 && all[i-1].name == m.name {
			errs = append(errs, errors.New("refgen: the metric "+m.name+" is defined twice"))
		}
		labels := ""
		if len(m.labels) > 0 {
			labels = code(strings.Join(m.labels, "`, `"))
		}
		rows = append(rows, []string{code(m.name), m.kind, labels, m.help})
	}
	table(&b, []string{"Metric", "Type", "Labels", "Meaning"}, rows)
	return strings.TrimRight(b.String(), "\n") + "\n", errors.Join(errs...)
}

// metricFinder looks through one file.
type metricFinder struct {
	p     *pkg
	f     *archtest.File
	lists map[string][]string        // local variables that hold labels
	met   map[*ast.CompositeLit]bool // definitions that a call registers; calls are visited before what is inside them
	found []metric
	errs  []error
}

func (m *metricFinder) find() ([]metric, error) {
	for _, d := range m.f.Syntax.Decls {
		m.lists = map[string][]string{} // a name means what its own function says
		ast.Inspect(d, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for i, left := range n.Lhs {
					if i < len(n.Rhs) {
						if words, ok := m.words(n.Rhs[i]); ok {
							m.lists[types.ExprString(left)] = words
						}
					}
				}
			case *ast.CallExpr:
				m.call(n)
			case *ast.CompositeLit:
				m.stray(n)
			}
			return true
		})
	}
	return m.found, errors.Join(m.errs...)
}

// call takes a definition that is handed to a registry, or one that package prom makes for itself.
func (m *metricFinder) call(c *ast.CallExpr) {
	sel, ok := c.Fun.(*ast.SelectorExpr)
	if !ok || len(c.Args) == 0 {
		return
	}
	if kind, ok := registers[sel.Sel.Name]; ok {
		if lit, ok := c.Args[0].(*ast.CompositeLit); ok && m.defines(lit) {
			m.met[lit] = true
			name, help, labels, ok := m.definition(lit)
			m.add(c.Pos(), ok, metric{prom.Prefix + name, kind, help, labels})
		}
		return
	}
	switch types.ExprString(c.Fun) {
	case "prometheus.NewCounterVec", "prometheus.NewGaugeVec", "prometheus.NewHistogramVec":
		kind := strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(sel.Sel.Name, "New"), "Vec"))
		lit, ok := c.Args[0].(*ast.CompositeLit)
		if !ok || len(c.Args) != 2 || fromDefinition(lit) {
			return
		}
		name, help, _, readable := m.definition(lit)
		labels, ok := m.words(c.Args[1])
		m.add(c.Pos(), ok && readable, metric{name, kind, help, labels})
	case "prometheus.NewDesc":
		if len(c.Args) < 3 || types.ExprString(c.Args[1]) == "d.Help" {
			return
		}
		name, ok1 := m.text(c.Args[0])
		help, ok2 := m.text(c.Args[1])
		labels, ok3 := m.words(c.Args[2])
		kind := "gauge"
		if strings.HasSuffix(name, "_total") {
			kind = "counter"
		}
		m.add(c.Pos(), ok1 && ok2 && ok3, metric{name, kind, help, labels})
	}
}

func (m *metricFinder) add(pos token.Pos, readable bool, found metric) {
	if !readable || found.help == "" {
		m.errs = append(m.errs, problem(m.f, pos, "the definition of a metric cannot be read"))
		return
	}
	m.found = append(m.found, found)
}

// stray reports a definition that stands elsewhere than in a call that registers it: its kind could not be read.
func (m *metricFinder) stray(lit *ast.CompositeLit) {
	if m.defines(lit) && !m.met[lit] {
		m.errs = append(m.errs, problem(m.f, lit.Pos(), "a metric must be defined in the call that registers it"))
	}
}

// defines reports whether a literal is the definition of a metric.
func (m *metricFinder) defines(lit *ast.CompositeLit) bool {
	if lit.Type == nil {
		return false
	}
	name := types.ExprString(lit.Type)
	return name == "prom.Definition" || name == "Definition" && m.p.path == "telemetry/prom"
}

// fromDefinition reports whether options repeat those of a definition, which is met where it stands.
func fromDefinition(lit *ast.CompositeLit) bool {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && types.ExprString(kv.Value) == "d.Help" {
			return true
		}
	}
	return false
}

// definition reads the fields Name, Help and Labels.
func (m *metricFinder) definition(lit *ast.CompositeLit) (name, help string, labels []string, ok bool) {
	ok = true
	for _, e := range lit.Elts {
		kv, isPair := e.(*ast.KeyValueExpr)
		if !isPair {
			return "", "", nil, false
		}
		good := true
		switch types.ExprString(kv.Key) {
		case "Name":
			name, good = m.text(kv.Value)
		case "Help":
			help, good = m.text(kv.Value)
		case "Labels":
			labels, good = m.words(kv.Value)
		}
		ok = ok && good
	}
	return name, help, labels, ok && name != ""
}

// text reads a string: literals, constants of the package, and sums of them.
func (m *metricFinder) text(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		return literal(e)
	case *ast.BinaryExpr:
		left, ok1 := m.text(e.X)
		right, ok2 := m.text(e.Y)
		return left + right, ok1 && ok2 && e.Op == token.ADD
	case *ast.Ident:
		if v, ok := m.p.value(e.Name); ok && v.isConst && v.expr != nil {
			return m.text(v.expr)
		}
	}
	return "", false
}

// words reads a list of strings: a literal, a variable of the same function that holds one, or nil.
func (m *metricFinder) words(e ast.Expr) ([]string, bool) {
	switch e := e.(type) {
	case *ast.Ident:
		words, ok := m.lists[e.Name]
		return words, ok || e.Name == "nil"
	case *ast.CompositeLit:
		if e.Type == nil || types.ExprString(e.Type) != "[]string" {
			return nil, false
		}
		words := make([]string, 0, len(e.Elts))
		for _, elt := range e.Elts {
			word, ok := m.text(elt)
			if !ok {
				return nil, false
			}
			words = append(words, word)
		}
		return words, true
	}
	return nil, false
}
