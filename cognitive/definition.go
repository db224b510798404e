// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/cognitive/expr"
	"mabeam.dev/cognitive/kind"
)

// Settings of a variable. The zero value has the defaults.
type Settings struct {
	// Initial is the value of a variable that has never had one; none means the kind's first.
	Initial kind.Value `json:"initial"`
	// Durability says when a commit is seen; zero is Durable.
	Durability Durability `json:"durability,omitempty"`
	// Cooldown is how long after a commit agents and adapters must wait; 0 means 30 s for choices, modules and teams and none for others, negative none.
	Cooldown time.Duration `json:"cooldown,omitempty"`
	// Rate and Burst limit the proposals of each agent, per second; 0 means 10 and 20, a negative Rate no limit.
	Rate  float64 `json:"rate,omitempty"`
	Burst float64 `json:"burst,omitempty"`
	// DeadBand is the least change, as a share of the range, that an adapter may make; 0 means the greater of 0.005 and a step, negative none.
	DeadBand float64 `json:"dead_band,omitempty"`
	// Slew is the greatest change per second, as a share of the range, counted from the last commit; 0 means no limit. It holds for all but Force.
	Slew float64 `json:"slew,omitempty"`
	// Decision says when others must agree; the zero policy asks nobody.
	Decision Policy `json:"decision,omitzero"`
	// Confirm asks for the agents' word that they apply a commit.
	Confirm Confirm `json:"confirm,omitzero"`
	// Agents lists who may propose besides users and adapters; empty means everybody.
	Agents []string `json:"agents,omitempty"`
	// About says what the variable is for.
	About string `json:"about,omitempty"`
}

// Policy says when a proposal needs the agreement of others. A policy without a Mode asks nobody.
type Policy struct {
	// Mode is how it is decided: "vote", "weighted", "auction", "consensus", "hierarchy" or a name that the Decider knows.
	Mode string `json:"mode,omitempty"`
	// Above asks only for changes of more than this share of the range; 0 means for all.
	Above float64 `json:"above,omitempty"`
	// Proposers asks only for proposals of these causes; empty means for all but Force.
	Proposers []Cause `json:"proposers,omitempty"`
	// Support and Quorum are shares of those who vote and of the electorate; 0 means 0.7 and 0.5.
	Support float64 `json:"support,omitempty"`
	Quorum  float64 `json:"quorum,omitempty"`
	// Electorate are those who are asked; empty leaves it to the Decider.
	Electorate []string `json:"electorate,omitempty"`
	// Within is how long they have; 0 means 10 s.
	Within time.Duration `json:"within,omitempty"`
}

// Composite says how a value is computed from those of other variables. It has either Text or Func.
type Composite struct {
	// Inputs are the names of the variables that it is computed from.
	Inputs []string `json:"inputs"`
	// Names are what Text calls them, in the same order; empty means by their own names, which must be CEL identifiers then.
	Names []string `json:"names,omitempty"`
	// Text is a CEL expression.
	Text string `json:"text,omitempty"`
	// Func computes the value from those of the inputs, in their order. It must be pure and quick: what has not returned within Timeout is left
	// behind.
	Func func(inputs []kind.Value) (kind.Value, error) `json:"-"`
	// Timeout is how long Func has; 0 means 10 ms.
	Timeout time.Duration `json:"timeout,omitempty"`
	// Async computes Func outside of the commit, for what calls out or takes long: the result is a commit of its own, the composite is Stale until then, and a result for
	// older inputs than those of another is dropped. Timeout does not count.
	Async bool `json:"async,omitempty"`
	// Cost is the cost limit of Text; 0 means expr.DefaultCost.
	Cost uint64 `json:"cost,omitempty"`
	// Kind is what the result must be; nil means any value of the form of the variable's type.
	Kind kind.Kind `json:"-"`
}

// definition is everything about a variable but its value. It is immutable.
type definition struct {
	name      string
	kind      kind.Kind
	set       *Settings  // without Initial, and so the same for many: see book.share
	initial   kind.Value // Settings.Initial
	composite *Composite
	formula   *expr.Expr // of a composite with a text
	place     int
}

// settle takes settings over.
func (d *definition) settle(set Settings) {
	d.initial, set.Initial = set.Initial, kind.Value{}
	d.set = &set
}

// settings are those that were taken over.
func (d *definition) settings() Settings {
	set := *d.set
	set.Initial = d.initial
	return set
}

// storedDefinition is a definition as it is journaled.
type storedDefinition struct {
	Name      string          `json:"name"`
	Kind      json.RawMessage `json:"kind"`
	Settings  Settings        `json:"settings"`
	Composite *Composite      `json:"composite,omitempty"`
}

// validate returns every problem, joined.
func (d *definition) validate() error {
	var problems []error
	wrong := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("cognitive: variable %q: "+format, append([]any{d.name}, args...)...))
	}
	if d.name == "" {
		wrong("no name")
	}
	if d.kind == nil {
		wrong("no kind")
		return errors.Join(problems...)
	}
	if err := d.kind.Validate(); err != nil {
		wrong("%w", err)
		return errors.Join(problems...)
	}
	if d.composite == nil && d.initial.Type() != kind.None {
		if v, err := d.kind.Normal(d.initial); err != nil {
			wrong("initial value: %w", err)
		} else {
			d.initial = v
		}
	}
	if d.composite == nil && d.initial.Type() == kind.None {
		if _, err := d.kind.Normal(d.kind.First()); err != nil {
			wrong("it needs an initial value: %w", err)
		}
	}
	if d.set.Durability > Ephemeral {
		wrong("no durability %d", d.set.Durability)
	}
	for _, x := range []float64{d.set.Burst, d.set.Slew, d.set.Decision.Above, d.set.Decision.Support, d.set.Decision.Quorum, d.set.Confirm.Share} {
		if !(x >= 0) {
			wrong("%v is negative or no number", x)
		}
	}
	if !(d.set.Rate == d.set.Rate && d.set.DeadBand == d.set.DeadBand) {
		wrong("NaN is no limit")
	}
	return errors.Join(problems...)
}

// first is the value of a variable that has never had one.
func (d *definition) first() kind.Value {
	if d.initial.Type() != kind.None {
		return d.initial
	}
	return d.kind.First()
}

func (d *definition) cooldown() time.Duration {
	if d.set.Cooldown != 0 {
		return max(d.set.Cooldown, 0)
	}
	switch d.kind.Type() {
	case kind.Text, kind.Members:
		return 30 * time.Second
	case kind.None, kind.Number, kind.Whole, kind.Truth, kind.Record:
	}
	return 0
}

func (d *definition) deadBand() float64 {
	if d.set.DeadBand != 0 {
		return max(d.set.DeadBand, 0)
	}
	if r, ok := d.kind.(kind.Ranged); ok {
		return max(0.005, r.StepShare())
	}
	return 0
}

func (d *definition) bucket() (rate, burst float64) {
	rate, burst = d.set.Rate, d.set.Burst
	if rate == 0 {
		rate = 10
	}
	if burst == 0 {
		burst = 20
	}
	return rate, burst
}

func (d *definition) encode() (json.RawMessage, error) {
	k, err := kind.Encode(d.kind)
	if err != nil {
		return nil, err
	}
	return json.Marshal(storedDefinition{d.name, k, d.settings(), d.composite})
}

func decodeDefinition(data []byte) (*definition, error) {
	var s storedDefinition
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("cognitive: read definition: %w", err)
	}
	k, err := kind.Decode(s.Kind)
	if err != nil {
		return nil, err
	}
	d := &definition{name: s.Name, kind: k, composite: s.Composite}
	d.settle(s.Settings)
	return d, nil
}

// same reports whether two definitions say the same, but for code.
func (d *definition) same(e *definition) bool {
	x, err := d.encode()
	if err != nil {
		return false
	}
	y, err := e.encode()
	return err == nil && string(x) == string(y)
}
