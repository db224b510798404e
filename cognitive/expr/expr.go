// SPDX-License-Identifier: Apache-2.0

package expr

import (
	"fmt"

	"cel.dev/cel-go/cel"

	"mabeam.dev/cognitive/kind"
)

// DefaultCost is the cost that an evaluation may have whose Spec says nothing: far beyond any formula, and a few milliseconds at most.
const DefaultCost = 10_000

// Input is one input of an expression.
type Input struct {
	// Name is how the expression calls it: a CEL identifier.
	Name string
	// Type is its form. A team is a list of strings to the expression, a record a map of its fields.
	Type kind.Type
}

// Spec says what an expression may use and what it must give.
type Spec struct {
	// Inputs are all that it may use, in the order in which Eval gets them.
	Inputs []Input
	// Result is the form of what it gives: Number, Whole, Text or Truth.
	Result kind.Type
	// Cost is what one evaluation may cost, in CEL's units; 0 means DefaultCost.
	Cost uint64
}

// Expr is an expression that was checked.
type Expr struct {
	text    string
	spec    Spec
	program cel.Program
}

// types are those of CEL. An index is a form.
var types = [...]*cel.Type{
	kind.Number: cel.DoubleType, kind.Whole: cel.IntType, kind.Text: cel.StringType, kind.Truth: cel.BoolType,
	kind.Record: cel.MapType(cel.StringType, cel.DynType), kind.Members: cel.ListType(cel.StringType),
}

// Compile checks an expression. A *CompileError has all its mistakes.
func Compile(text string, spec Spec) (*Expr, error) {
	if spec.Cost == 0 {
		spec.Cost = DefaultCost
	}
	if _, err := (kind.Computed{Of: spec.Result}).Normal((kind.Computed{Of: spec.Result}).First()); err != nil || spec.Result == kind.None || spec.Result >= kind.Record {
		return nil, fmt.Errorf("expr: compile: no result can be of form %d: %w", spec.Result, kind.ErrType)
	}
	options := make([]cel.EnvOption, 0, len(spec.Inputs)+1)
	for _, in := range spec.Inputs {
		if int(in.Type) >= len(types) || types[in.Type] == nil {
			return nil, fmt.Errorf("expr: compile: input %q has no form: %w", in.Name, kind.ErrType)
		}
		if !identifier(in.Name) {
			return nil, &CompileError{Text: text, Mistakes: []Mistake{{Line: 1, Column: 1, Reason: fmt.Sprintf("input %q is no identifier", in.Name)}}}
		}
		options = append(options, cel.Variable(in.Name, types[in.Type]))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, fmt.Errorf("expr: compile %q: %w", text, err)
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		e := &CompileError{Text: text}
		for _, m := range issues.Errors() {
			e.Mistakes = append(e.Mistakes, Mistake{m.Location.Line(), m.Location.Column() + 1, m.Message})
		}
		return nil, e
	}
	if got := ast.OutputType(); !got.IsExactType(types[spec.Result]) {
		return nil, &CompileError{Text: text, Mistakes: []Mistake{{1, 1, fmt.Sprintf("the result is of type %s, want %s", got, types[spec.Result])}}}
	}
	program, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(spec.Cost))
	if err != nil {
		return nil, &CompileError{Text: text, Mistakes: []Mistake{{1, 1, err.Error()}}}
	}
	return &Expr{text, spec, program}, nil
}

// identifier reports whether CEL takes a name for one.
func identifier(name string) bool {
	for i, c := range []byte(name) {
		if letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'; !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// String returns the text.
func (e *Expr) String() string { return e.text }

// Inputs returns what the expression may use, in the order of Eval.
func (e *Expr) Inputs() []Input { return e.spec.Inputs }

// Eval computes the result from the inputs in the order of the Spec.
func (e *Expr) Eval(inputs ...kind.Value) (kind.Value, error) {
	if len(inputs) != len(e.spec.Inputs) {
		return kind.Value{}, &EvalError{Text: e.text, Reason: fmt.Sprintf("%d inputs, want %d", len(inputs), len(e.spec.Inputs))}
	}
	vars := make(map[string]any, len(inputs))
	for i, v := range inputs {
		if v.Type() != e.spec.Inputs[i].Type {
			return kind.Value{}, fmt.Errorf("expr: input %q: %w", e.spec.Inputs[i].Name, &kind.TypeError{Want: e.spec.Inputs[i].Type, Got: v.Type()})
		}
		vars[e.spec.Inputs[i].Name] = native(v)
	}
	out, details, err := e.program.Eval(vars)
	if err != nil {
		if details != nil {
			if cost := details.ActualCost(); cost != nil && *cost > e.spec.Cost {
				return kind.Value{}, fmt.Errorf("expr: %q: %w", e.text, ErrCost)
			}
		}
		return kind.Value{}, &EvalError{Text: e.text, Reason: err.Error()}
	}
	var v kind.Value
	switch x := out.Value().(type) {
	case float64:
		v = kind.OfFloat(x)
	case int64:
		v = kind.OfInteger(x)
	case string:
		v = kind.OfChoice(x)
	case bool:
		v = kind.OfTruth(x)
	}
	if v, err = (kind.Computed{Of: e.spec.Result}).Normal(v); err != nil {
		return kind.Value{}, fmt.Errorf("expr: %q: %w", e.text, err)
	}
	return v, nil
}

// native is a value as the library takes it.
func native(v kind.Value) any {
	switch v.Type() {
	case kind.Number:
		return v.Float()
	case kind.Whole:
		return v.Integer()
	case kind.Text:
		return v.Choice()
	case kind.Truth:
		return v.Truth()
	case kind.Members:
		return v.Team()
	case kind.Record:
		fields := make(map[string]any, len(v.Fields()))
		for _, p := range v.Fields() {
			fields[p.Name] = native(p.Value)
		}
		return fields
	case kind.None:
	}
	return nil
}
