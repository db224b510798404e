// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"strings"
	"time"

	"mabeam.dev/cognitive/kind"
	"mabeam.dev/internal/node/phase"
	"mabeam.dev/market/money"
)

// Variables is what the node keeps of cognitive variables: values that its agents share and live by.
type Variables struct {
	Spaces []VariableSpace `yaml:"spaces" key:"space" doc:"Spaces of variables. The changes of a space are in one order, and a change of several of its variables is whole."`
}

// VariableSpace is one space.
type VariableSpace struct {
	Space       string               `yaml:"space" required:"true" check:"name" doc:"Name of the space, unique in the node."`
	Variables   []SharedVariable     `yaml:"variables" key:"variable" doc:"The variables, in any order. The journal has their values: one that is there keeps the value it has."`
	Constraints []VariableConstraint `yaml:"constraints" key:"constraint" doc:"Conditions across variables that no change may break."`
}

// VariableKind is the kind of a variable.
type VariableKind string

// The kinds.
const (
	FloatVariable      VariableKind = "float"
	IntegerVariable    VariableKind = "integer"
	ChoiceVariable     VariableKind = "choice"
	StructuredVariable VariableKind = "structured" // fields that change together
	CompositeVariable  VariableKind = "composite"  // computed from others
	AgentsVariable     VariableKind = "agents"     // a team
)

// Values lists the words a file may use.
func (VariableKind) Values() []string {
	return []string{"float", "integer", "choice", "structured", "composite", "agents"}
}

// FieldKind is the kind of a field of a structured variable.
type FieldKind string

// Values lists the words a file may use.
func (FieldKind) Values() []string { return []string{"float", "integer", "choice"} }

// VariableScale says how a range is divided.
type VariableScale string

// Values lists the words a file may use.
func (VariableScale) Values() []string { return []string{"linear", "log"} }

// VariableBounds says what becomes of a number outside of its range.
type VariableBounds string

// Values lists the words a file may use.
func (VariableBounds) Values() []string { return []string{"reject", "clamp", "wrap"} }

// VariableDurability says when a change is seen.
type VariableDurability string

// Values lists the words a file may use.
func (VariableDurability) Values() []string { return []string{"durable", "buffered", "ephemeral"} }

// VariableResult is the form of what a composite is computed to.
type VariableResult string

// Values lists the words a file may use.
func (VariableResult) Values() []string { return []string{"float", "integer", "text", "truth"} }

// ValueShape describes numbers and choices: variables and fields have it.
type ValueShape struct {
	Initial       Text               `yaml:"initial" doc:"Value of a variable that has never had one; without it the least, or the first option."`
	Min           *float64           `yaml:"min" doc:"Least value of a number."`
	Max           *float64           `yaml:"max" doc:"Greatest value of a number."`
	Step          float64            `yaml:"step" default:"0" min:"0" doc:"Distance of the values, from min on; 0 is none for floats, and 1 for integers."`
	Scale         VariableScale      `yaml:"scale" default:"linear" doc:"How the range is divided for searches and limits: linear, or log for ranges of several magnitudes."`
	Bounds        VariableBounds     `yaml:"bounds" default:"reject" doc:"What becomes of a number outside: it is refused, becomes the nearest end, or comes in again at the other end."`
	Options       []string           `yaml:"options" doc:"Options of a choice, at least two."`
	Costs         map[string]float64 `yaml:"costs" doc:"What the use of an option costs, in a unit of your own."`
	Disabled      []string           `yaml:"disabled" doc:"Options that are known but cannot be chosen."`
	SwitchingCost float64            `yaml:"switching_cost" default:"0" min:"0" doc:"What a change of the option must gain before the adaptation makes it."`
}

// VariableField is one field of a structured variable.
type VariableField struct {
	Field      string    `yaml:"field" required:"true" check:"variable" doc:"Name of the field."`
	Kind       FieldKind `yaml:"kind" required:"true" doc:"Kind of the field: float, integer or choice."`
	ValueShape `yaml:",inline"`
}

// SharedVariable is one variable.
type SharedVariable struct {
	Variable   string       `yaml:"variable" required:"true" check:"name" doc:"Name of the variable, unique in its space. Expressions can use it if it consists of letters, digits and underscores."`
	Kind       VariableKind `yaml:"kind" required:"true" doc:"Kind of the variable: float, integer or choice; structured has fields that change together, composite is computed from others, agents is a team."`
	About      string       `yaml:"about" doc:"What the variable is for."`
	ValueShape `yaml:",inline"`
	Fields     []VariableField `yaml:"fields" key:"field" doc:"Fields of a structured variable."`

	Inputs     []string       `yaml:"inputs" doc:"Variables that a composite is computed from."`
	Names      []string       `yaml:"names" doc:"What the expression calls the inputs, in their order; without it by their own names."`
	Expression string         `yaml:"expression" doc:"CEL expression that a composite is computed with."`
	Result     VariableResult `yaml:"result" default:"float" doc:"What the expression gives."`
	Cost       int64          `yaml:"cost_limit" default:"0" min:"0" doc:"What one evaluation may cost, in CEL's units; 0 is 10,000."`

	Query   string   `yaml:"query" check:"query" doc:"Query of the agents that a team is chosen from; without it all."`
	SizeMin int      `yaml:"size_min" default:"0" min:"0" max:"10000" doc:"Least members of a team."`
	SizeMax int      `yaml:"size_max" default:"0" min:"0" max:"10000" doc:"Most members of a team; it must be 1 or more."`
	Roles   []string `yaml:"roles" doc:"Roles that somebody in the team must have."`
	Budget  int64    `yaml:"budget" default:"0" min:"0" doc:"Most that a team may cost, in the unit of its agents' costs; 0 is no limit."`
	Members []string `yaml:"members" doc:"Team that there is at first."`

	Team *VariableTeam `yaml:"team" doc:"Has the node look after a team of its own agents; without this section it stays as it is set."`

	Durability VariableDurability `yaml:"durability" default:"durable" doc:"When a change is seen: durable after the journal has it, buffered at once, and the end of the program may lose the last ones; ephemeral is never journaled."`
	Cooldown   *time.Duration     `yaml:"cooldown" min:"0s" max:"24h" doc:"How long after a change agents and the adaptation wait; without it 30s for choices and teams, and 0s for others."`
	Rate       *float64           `yaml:"rate" min:"0.001" max:"1000000" doc:"How many proposals a second each agent may make; without it 10."`
	Burst      float64            `yaml:"burst" default:"20" min:"1" max:"1000000" doc:"How many proposals an agent may make at once."`
	DeadBand   *float64           `yaml:"dead_band" min:"0" max:"1" doc:"Least change, as a share of the range, that the adaptation may make; without it a step, at least 0.005."`
	Slew       float64            `yaml:"slew" default:"0" min:"0" doc:"Greatest change per second, as a share of the range; 0 is no limit."`
	Proposers  []string           `yaml:"proposers" doc:"Agents that may propose a value; without it all may."`
	Decision   *VariableDecision  `yaml:"decision" doc:"Who must agree to a change; without this section nobody must."`

	Adapt   *VariableAdaptation `yaml:"adapt" doc:"How the variable follows what is measured; without this section it stays as people and agents set it."`
	Confirm *VariableConfirm    `yaml:"confirm" doc:"Whose word is waited for that they use a change; without this section nobody's."`
}

// DecisionMode says how others agree to a change.
type DecisionMode string

// The modes.
const (
	NoDecision           DecisionMode = "none"
	VoteDecision         DecisionMode = "vote"
	WeightedDecision     DecisionMode = "weighted"
	ConsensusDecision    DecisionMode = "consensus"
	HierarchicalDecision DecisionMode = "hierarchical"
	PivotalDecision      DecisionMode = "pivotal"
	SecondPriceDecision  DecisionMode = "second_price"
)

// Values lists the words a file may use.
func (DecisionMode) Values() []string {
	return []string{"none", "vote", "weighted", "consensus", "hierarchical", "pivotal", "second_price"}
}

// VariableDecision says when others must agree to a change, and how they do.
type VariableDecision struct {
	Mode       DecisionMode  `yaml:"mode" default:"vote" doc:"How it is decided: vote has one voice for each agent, weighted those of the agents' weights, hierarchical votes in groups of many agents, consensus stands liars and needs 4 agents, none asks nobody. With pivotal each agent says what each option is worth to it, as a share of its budget, and pays the harm that its say does to the others; with second_price the agent decides that bids most, at the price of the bid below. All need a section coordination, the last two a section market as well."`
	Above      float64       `yaml:"above" default:"0" min:"0" max:"1" doc:"Asks only for changes of more than this share of the range; 0 is all."`
	Support    float64       `yaml:"support" default:"0.7" min:"0.5" max:"1" doc:"Share of those who take a side that must be for the change; 0.5 is more than half."`
	Quorum     float64       `yaml:"quorum" default:"0.5" min:"0" max:"1" doc:"Share of those asked that must answer."`
	Electorate []string      `yaml:"electorate" doc:"Agents that are asked."`
	Query      string        `yaml:"query" check:"query" doc:"Query of the agents that are asked; without it and without electorate all are."`
	Within     time.Duration `yaml:"within" default:"10s" min:"1ms" max:"24h" doc:"How long they have."`
	Currency   string        `yaml:"currency" doc:"Asset that pivotal and second_price are paid with; without it that of the market."`
	Budget     money.Amount  `yaml:"budget" default:"0" min:"0" max:"281474976" doc:"Most that an agent may pay for one decision; it is held while the decision is open. pivotal and second_price need it."`
	Reserve    money.Amount  `yaml:"reserve" default:"0" min:"0" doc:"Least bid that counts with second_price."`
}

// VariableConstraint is a condition across variables: an expression, or a bound of a sum.
type VariableConstraint struct {
	Constraint string    `yaml:"constraint" required:"true" check:"name" doc:"Name of the constraint, unique in its space."`
	Variables  []string  `yaml:"variables" required:"true" doc:"Variables that it is about; composites cannot be."`
	Expression string    `yaml:"expression" doc:"CEL expression that must be true."`
	Factors    []float64 `yaml:"factors" doc:"Instead of an expression: a factor for each variable. The sum of the products must not be greater than limit."`
	Limit      float64   `yaml:"limit" default:"0" doc:"Bound of the sum of factors."`
}

// Describe is the variable as package kind has it. That of a composite is the form of its result.
func (v SharedVariable) Describe() kind.Kind {
	switch v.Kind {
	case FloatVariable, IntegerVariable, ChoiceVariable:
		return v.describe(string(v.Kind))
	case StructuredVariable:
		k := kind.Structured{Fields: make([]kind.Field, len(v.Fields))}
		for i, f := range v.Fields {
			k.Fields[i] = kind.Field{Name: f.Field, Kind: f.describe(string(f.Kind))}
		}
		return k
	case AgentsVariable:
		return kind.Agents{Query: v.Query, Min: v.SizeMin, Max: v.SizeMax, Roles: v.Roles, Budget: v.Budget}
	case CompositeVariable:
		return kind.Computed{Of: v.Result.form()}
	}
	return nil
}

func (r VariableResult) form() kind.Type {
	switch r {
	case "integer":
		return kind.Whole
	case "text":
		return kind.Text
	case "truth":
		return kind.Truth
	}
	return kind.Number
}

func (s ValueShape) describe(of string) kind.Kind {
	scale, bounds := kind.Linear, kind.Reject
	if s.Scale == "log" {
		scale = kind.Log
	}
	switch s.Bounds {
	case "clamp":
		bounds = kind.Clamp
	case "wrap":
		bounds = kind.Wrap
	}
	var least, most float64
	if s.Min != nil {
		least = *s.Min
	}
	if s.Max != nil {
		most = *s.Max
	}
	switch of {
	case "float":
		return kind.Float{Min: least, Max: most, Step: s.Step, Scale: scale, Bounds: bounds}
	case "integer":
		return kind.Integer{Min: int64(least), Max: int64(most), Step: int64(s.Step), Scale: scale, Bounds: bounds}
	}
	c := kind.Choice{SwitchingCost: s.SwitchingCost}
	for _, o := range s.Options {
		c.Options = append(c.Options, kind.Option{Name: o, Cost: s.Costs[o], Disabled: slices.Contains(s.Disabled, o)})
	}
	return c
}

// First is the value of the variable when it has never had one; none leaves it to the kind.
func (v SharedVariable) First() (kind.Value, error) {
	switch v.Kind {
	case StructuredVariable:
		parts := make([]kind.Part, len(v.Fields))
		for i, f := range v.Fields {
			k := f.describe(string(f.Kind))
			first, err := f.first(k)
			if err != nil {
				return kind.Value{}, err
			}
			if first.Type() == kind.None {
				first = k.First()
			}
			parts[i] = kind.Part{Name: f.Field, Value: first}
		}
		return kind.OfRecord(parts...), nil
	case AgentsVariable:
		return kind.OfTeam(v.Members...), nil
	case CompositeVariable:
		return kind.Value{}, nil
	case FloatVariable, IntegerVariable, ChoiceVariable:
	}
	return v.first(v.Describe())
}

func (s ValueShape) first(k kind.Kind) (kind.Value, error) {
	if s.Initial.Reveal() == "" {
		return kind.Value{}, nil
	}
	v, err := kind.FromText(k, s.Initial.Reveal())
	if err != nil {
		return v, err
	}
	return k.Normal(v)
}

// Ordered returns the variables of the space, each composite behind its inputs and otherwise as they are written. The space must be valid.
func (s VariableSpace) Ordered() []SharedVariable {
	order, _ := phase.Sort(s.needs())
	byName := make(map[string]SharedVariable, len(s.Variables))
	for _, v := range s.Variables {
		byName[v.Variable] = v
	}
	all := make([]SharedVariable, len(order))
	for i, name := range order {
		all[i] = byName[name]
	}
	return all
}

// needs are the names of the variables, and what each composite among them is computed from.
func (s VariableSpace) needs() (names []string, needs map[string][]string) {
	needs = map[string][]string{}
	for _, v := range s.Variables {
		if v.Variable == "" || slices.Contains(names, v.Variable) {
			continue // a mistake of its own
		}
		names = append(names, v.Variable)
		if v.Kind == CompositeVariable {
			needs[v.Variable] = v.Inputs
		}
	}
	return names, needs
}

// Called are the names by which the expression of a composite calls its inputs.
func (v SharedVariable) Called() []string {
	if len(v.Names) > 0 {
		return v.Names
	}
	return v.Inputs
}

// Decided reports whether anybody has to agree to changes of the variable.
func (v SharedVariable) Decided() bool { return v.Decision != nil && v.Decision.Mode != NoDecision }

// fieldKey is the key of a file for a field of a description.
func fieldKey(field string) string {
	switch field {
	case "SwitchingCost":
		return "switching_cost"
	}
	return strings.ToLower(field)
}
