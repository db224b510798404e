// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"mabeam.dev/cognitive/expr"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/internal/nearest"
	"mabeam.dev/internal/node/phase"
)

// spaceCheck checks one space of variables.
type spaceCheck struct {
	*decoder
	at     string // path of the space
	of     VariableSpace
	known  map[string]SharedVariable
	names  []string // of all variables, in the order of the file
	voted  bool     // the node has a section coordination
	market *Market  // nil without one
	queues []string // names of the node's work queues
}

// variables checks what takes more than one key of the section to see.
func (d *decoder) variables(cfg *Config) {
	if cfg.Variables == nil {
		return
	}
	names := map[string]string{}
	for i, s := range cfg.Variables.Spaces {
		at := item("variables.spaces", i)
		d.shared(names, Plain(s.Space), at+".space", CodeDuplicateID, "a space named "+quote(s.Space)+" is there already")
		if c := cfg.Coordination; c != nil {
			taken := slices.ContainsFunc(c.Spaces, func(p PrimitiveSpace) bool { return p.Space == s.Space }) || c.Name == s.Space
			if taken && !d.bad(at+".space") {
				d.fail(d.near(at+".space"), at+".space", fault{code: CodeConflict, reason: "coordination has something of that name", got: s.Space, want: "another name"})
			}
		}
		c := newSpaceCheck(d, at, s, cfg)
		c.all()
	}
}

func newSpaceCheck(d *decoder, at string, of VariableSpace, cfg *Config) *spaceCheck {
	c := &spaceCheck{decoder: d, at: at, of: of, known: map[string]SharedVariable{}, voted: cfg.Coordination != nil, market: cfg.Market}
	for _, q := range cfg.Work {
		c.queues = append(c.queues, q.Queue)
	}
	for _, v := range of.Variables {
		if _, twice := c.known[v.Variable]; !twice && v.Variable != "" {
			c.known[v.Variable] = v
			c.names = append(c.names, v.Variable)
		}
	}
	return c
}

// tell adds a problem, unless one of the paths has one.
func (c *spaceCheck) tell(path string, f fault, unless ...string) {
	if !c.bad(append(unless, path)...) {
		c.fail(c.near(path), path, f)
	}
}

func (c *spaceCheck) all() {
	taken := map[string]string{}
	for i, v := range c.of.Variables {
		c.shared(taken, Plain(v.Variable), item(c.at+".variables", i)+".variable", CodeDuplicateID, "a variable named "+quote(v.Variable)+" is there already")
	}
	for i, v := range c.of.Variables {
		c.variable(v, item(c.at+".variables", i))
	}
	c.circles()
	taken = map[string]string{}
	for i, k := range c.of.Constraints {
		at := item(c.at+".constraints", i)
		c.shared(taken, Plain(k.Constraint), at+".constraint", CodeDuplicateID, "a constraint named "+quote(k.Constraint)+" is there already")
		c.constraint(k, at)
	}
}

// keysOf are the keys that only some kinds have.
var keysOf = []struct {
	key   string
	kinds []VariableKind
}{
	{"min", []VariableKind{FloatVariable, IntegerVariable}},
	{"max", []VariableKind{FloatVariable, IntegerVariable}},
	{"step", []VariableKind{FloatVariable, IntegerVariable}},
	{"scale", []VariableKind{FloatVariable, IntegerVariable}},
	{"bounds", []VariableKind{FloatVariable, IntegerVariable}},
	{"options", []VariableKind{ChoiceVariable}},
	{"costs", []VariableKind{ChoiceVariable}},
	{"disabled", []VariableKind{ChoiceVariable}},
	{"switching_cost", []VariableKind{ChoiceVariable}},
	{"initial", []VariableKind{FloatVariable, IntegerVariable, ChoiceVariable}},
	{"fields", []VariableKind{StructuredVariable}},
	{"inputs", []VariableKind{CompositeVariable}},
	{"names", []VariableKind{CompositeVariable}},
	{"expression", []VariableKind{CompositeVariable}},
	{"result", []VariableKind{CompositeVariable}},
	{"cost_limit", []VariableKind{CompositeVariable}},
	{"query", []VariableKind{AgentsVariable}},
	{"size_min", []VariableKind{AgentsVariable}},
	{"size_max", []VariableKind{AgentsVariable}},
	{"roles", []VariableKind{AgentsVariable}},
	{"budget", []VariableKind{AgentsVariable}},
	{"members", []VariableKind{AgentsVariable}},
	{"team", []VariableKind{AgentsVariable}},
	{"decision", []VariableKind{FloatVariable, IntegerVariable, ChoiceVariable, StructuredVariable, AgentsVariable}},
	{"confirm", []VariableKind{FloatVariable, IntegerVariable, ChoiceVariable, StructuredVariable, AgentsVariable}},
	{"durability", []VariableKind{FloatVariable, IntegerVariable, ChoiceVariable, StructuredVariable, AgentsVariable}},
	{"cooldown", []VariableKind{FloatVariable, IntegerVariable, ChoiceVariable, StructuredVariable, AgentsVariable}},
	{"adapt", []VariableKind{FloatVariable, IntegerVariable, ChoiceVariable}},
	{"proposers", []VariableKind{FloatVariable, IntegerVariable, ChoiceVariable, StructuredVariable, AgentsVariable}},
}

// foreign complains about keys that the kind does not have.
func (c *spaceCheck) foreign(of VariableKind, at string) {
	for _, k := range keysOf {
		path := at + "." + k.key
		if _, written := c.places[path]; !written || slices.Contains(k.kinds, of) {
			continue
		}
		words := make([]string, len(k.kinds))
		for i, w := range k.kinds {
			words[i] = string(w)
		}
		c.tell(path, fault{code: CodeConflict, reason: "kind " + string(of) + " has no key " + quote(k.key), got: k.key, hint: "kinds that have it: " + strings.Join(words, ", ")})
	}
}

func (c *spaceCheck) variable(v SharedVariable, at string) {
	if v.Kind == "" || c.bad(at+".kind") {
		return
	}
	c.foreign(v.Kind, at)
	switch v.Kind {
	case FloatVariable, IntegerVariable, ChoiceVariable:
		c.shape(v.ValueShape, string(v.Kind), at)
	case StructuredVariable:
		c.fields(v, at)
	case CompositeVariable:
		c.composite(v, at)
	case AgentsVariable:
		c.described(v.Describe(), at)
		first, err := v.First()
		if err == nil && !c.bad(at+".size_min", at+".size_max", at+".max") {
			c.initial(v.Describe(), first, at+".members", nil)
		}
	}
	c.decision(v, at)
	c.adaptation(v, at+".adapt")
}

// fields checks the fields of a structured variable, each as if it were one.
func (c *spaceCheck) fields(v SharedVariable, at string) {
	if len(v.Fields) == 0 {
		c.tell(at+".fields", fault{code: CodeMissing, reason: "a structured variable needs fields", want: "a list of fields"})
	}
	taken := map[string]string{}
	for i, f := range v.Fields {
		path := item(at+".fields", i)
		c.shared(taken, Plain(f.Field), path+".field", CodeDuplicateID, "a field named "+quote(f.Field)+" is there already")
		if f.Kind != "" && !c.bad(path+".kind") {
			c.foreign(VariableKind(f.Kind), path)
			c.shape(f.ValueShape, string(f.Kind), path)
		}
	}
}

// shape checks numbers and choices.
func (c *spaceCheck) shape(s ValueShape, of, at string) {
	before := len(c.problems)
	switch of {
	case "float", "integer":
		for _, end := range []struct {
			key string
			x   *float64
		}{{".min", s.Min}, {".max", s.Max}} {
			switch {
			case end.x == nil:
				c.tell(at+end.key, fault{code: CodeMissing, reason: "a variable of kind " + of + " needs " + end.key[1:], want: "a number"})
			case of == "integer":
				c.whole(*end.x, at+end.key)
			}
		}
		if of == "integer" {
			c.whole(s.Step, at+".step")
		}
	default:
		for name := range s.Costs { // the problems are sorted by place
			c.option(name, s.Options, at+".costs."+name)
		}
		for i, name := range s.Disabled {
			c.option(name, s.Options, item(at+".disabled", i))
		}
	}
	if len(c.problems) > before || c.bad(at+".min", at+".max", at+".step", at+".options", at+".initial", at+".scale", at+".bounds") {
		return
	}
	k := s.describe(of)
	if c.described(k, at); len(c.problems) == before {
		v, err := s.first(k)
		c.initial(k, v, at+".initial", err)
	}
}

// whole checks that a number is an integer which a float has exactly.
func (c *spaceCheck) whole(x float64, path string) {
	if x != math.Trunc(x) || math.Abs(x) > 1<<53 {
		c.tell(path, fault{code: CodeBadValue, reason: fmt.Sprintf("%v is no whole number up to 2^53", x), want: "a whole number"})
	}
}

func (c *spaceCheck) option(name string, options []string, path string) {
	if !slices.Contains(options, name) {
		c.tell(path, fault{code: CodeUnknownValue, reason: "there is no option " + quote(name), got: name, suggestion: nearest.Word(name, options), oneOf: options})
	}
}

// described gives each complaint of a kind its place.
func (c *spaceCheck) described(k kind.Kind, at string) {
	ends := false // they are wrong, and so is what is said of a step between them
	for _, e := range joined(k.Validate()) {
		var wrong *kind.DefinitionError
		if !errors.As(e, &wrong) || ends && wrong.Field == "Step" {
			continue
		}
		ends = ends || wrong.Field == "Max"
		key := fieldKey(wrong.Field)
		if wrong.Kind == "agents" && wrong.Field == "Max" {
			key = "size_max"
		}
		c.tell(at+"."+key, fault{code: CodeConflict, reason: wrong.Reason})
	}
}

// initial checks the first value.
func (c *spaceCheck) initial(k kind.Kind, v kind.Value, path string, err error) {
	if err == nil && v.Type() != kind.None {
		_, err = k.Normal(v)
	}
	if err == nil {
		return
	}
	f := fault{code: CodeBadValue, reason: reason(err)}
	var unknown *kind.UnknownChoiceError
	if errors.As(err, &unknown) {
		f.code, f.reason, f.got, f.oneOf = CodeUnknownValue, "there is no option "+quote(unknown.Got), unknown.Got, unknown.Options
		f.suggestion = nearest.Word(unknown.Got, unknown.Options)
	}
	c.tell(path, f)
}

// reason is what an error of package kind says to people.
func reason(err error) string { return strings.TrimPrefix(err.Error(), "kind: ") }

// input looks up a variable that something is about; false if there is none.
func (c *spaceCheck) input(name, path string) (SharedVariable, bool) {
	v, ok := c.known[name]
	if !ok {
		c.tell(path, fault{code: CodeUnknownValue, reason: "there is no variable " + quote(name), got: name, suggestion: nearest.Word(name, c.names), oneOf: c.names})
	}
	return v, ok
}

// composite checks what a variable is computed from, and how.
func (c *spaceCheck) composite(v SharedVariable, at string) {
	for _, need := range []struct {
		key  string
		none bool
	}{{".inputs", len(v.Inputs) == 0}, {".expression", v.Expression == ""}} {
		if need.none {
			c.tell(at+need.key, fault{code: CodeMissing, reason: "a composite needs " + need.key[1:]})
		}
	}
	if len(v.Names) > 0 && len(v.Names) != len(v.Inputs) {
		c.tell(at+".names", fault{code: CodeConflict, reason: fmt.Sprintf("%d names for %d inputs", len(v.Names), len(v.Inputs)), want: "one for each input, or none"}, at+".inputs")
		return
	}
	c.expression(v.Expression, v.Inputs, v.Called(), v.Result.form(), uint64(v.Cost), at, ".inputs")
}

// expression checks a text over variables.
func (c *spaceCheck) expression(text string, inputs, called []string, result kind.Type, cost uint64, at, key string) {
	spec := expr.Spec{Result: result, Cost: cost}
	known := true
	for i, name := range inputs {
		in, ok := c.input(name, item(at+key, i))
		if known = known && ok && in.Kind != "" && in.Describe() != nil; !known {
			continue
		}
		spec.Inputs = append(spec.Inputs, expr.Input{Name: called[i], Type: in.Describe().Type()})
	}
	if !known || text == "" || c.bad(at+key) {
		return
	}
	_, err := expr.Compile(text, spec)
	var wrong *expr.CompileError
	switch {
	case errors.As(err, &wrong):
		lines := make([]string, len(wrong.Mistakes))
		for i, m := range wrong.Mistakes {
			lines[i] = fmt.Sprintf("at %d:%d of the expression: %s", m.Line, m.Column, m.Reason)
		}
		c.tell(at+".expression", fault{code: CodeBadValue, reason: strings.Join(lines, "; "), got: text})
	case err != nil:
		c.tell(at+".expression", fault{code: CodeBadValue, reason: err.Error(), got: text})
	}
}

// circles shows composites that are computed from themselves.
func (c *spaceCheck) circles() {
	names, needs := c.of.needs()
	_, err := phase.Sort(names, needs)
	for _, one := range joined(err) {
		var circle *phase.CycleError
		if !errors.As(one, &circle) {
			continue
		}
		first := slices.IndexFunc(c.of.Variables, func(v SharedVariable) bool { return v.Variable == circle.Names[0] })
		c.tell(item(c.at+".variables", first)+".inputs", fault{code: CodeCycle, reason: "the composite is computed from itself: " + circle.Circle()})
	}
}

// decision checks who agrees to changes.
func (c *spaceCheck) decision(v SharedVariable, at string) {
	if !v.Decided() {
		return
	}
	path := at + ".decision"
	if !c.voted {
		c.tell(path+".mode", fault{code: CodeConflict, reason: "nobody decides without a section coordination", want: "a section coordination, or mode none"}, path)
	}
	if len(v.Decision.Electorate) > 0 && v.Decision.Query != "" {
		c.tell(path+".query", fault{code: CodeConflict, reason: "electorate says already who is asked", want: "one of electorate and query"})
	}
	if n := len(v.Decision.Electorate); v.Decision.Mode == ConsensusDecision && n > 0 && n < 4 {
		c.tell(path+".electorate", fault{code: CodeConflict, reason: fmt.Sprintf("consensus that stands liars needs 4 agents, not %d", n), want: "4 agents or more, or mode vote"})
	}
	c.paid(*v.Decision, path)
}

func (c *spaceCheck) constraint(k VariableConstraint, at string) {
	switch {
	case k.Expression == "" && len(k.Factors) == 0:
		c.tell(at+".expression", fault{code: CodeMissing, reason: "a constraint needs an expression, or factors"})
	case k.Expression != "" && len(k.Factors) > 0:
		c.tell(at+".factors", fault{code: CodeConflict, reason: "the constraint has an expression already", want: "one of expression and factors"})
	case len(k.Factors) > 0 && len(k.Factors) != len(k.Variables):
		c.tell(at+".factors", fault{code: CodeConflict, reason: fmt.Sprintf("%d factors for %d variables", len(k.Factors), len(k.Variables)), want: "one for each variable"}, at+".variables")
	}
	for i, name := range k.Variables {
		path := item(at+".variables", i)
		v, ok := c.input(name, path)
		switch {
		case !ok || v.Kind == "":
		case v.Kind == CompositeVariable:
			c.tell(path, fault{code: CodeConflict, reason: quote(name) + " is computed", want: "the variables that it is computed from"})
		case len(k.Factors) > 0 && v.Kind != FloatVariable && v.Kind != IntegerVariable:
			c.tell(path, fault{code: CodeConflict, reason: quote(name) + " is no number", want: "floats and integers"})
		}
	}
	c.expression(k.Expression, k.Variables, k.Variables, kind.Truth, 0, at, ".variables")
}
