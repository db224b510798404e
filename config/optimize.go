// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"math"
	"reflect"
	"time"

	"mabeam.dev/cognitive/optimize"
)

// Optimization is a file for `runtime optimize`: an objective, its space, and how to search it.
type Optimization struct {
	Version   int             `yaml:"version" required:"true" doc:"Version of this file format; the only one so far is 1."`
	Data      Text            `yaml:"data" default:"./data" check:"path" doc:"Folder of the journal, made if it is missing; a search that was interrupted goes on when it is started again with the same one."`
	Objective Objective       `yaml:"objective" required:"true" doc:"The program that measures points."`
	Space     []OptimizeDim   `yaml:"space" required:"true" key:"name" doc:"Dimensions of the points."`
	Search    OptimizeSearch  `yaml:"search" doc:"How points are chosen, and when the search ends."`
	Pruning   OptimizePruning `yaml:"pruning" doc:"Which trials are stopped early, by what the program reports on the way."`
}

// Objective is a program that speaks the protocol of exec agents and answers each task with a number.
type Objective struct {
	Command []string        `yaml:"command" required:"true" doc:"Program and its arguments; no shell is involved."`
	Dir     Text            `yaml:"dir" doc:"Folder that the program runs in; without it that of the command."`
	Env     map[string]Text `yaml:"env" doc:"Variables besides PATH, HOME, LANG and TMPDIR."`
	PassEnv []string        `yaml:"pass_env" doc:"Names of further variables that the program gets from the environment."`
	Hello   time.Duration   `yaml:"hello" default:"30s" min:"1ms" doc:"Time from the start of the program to its hello."`
	Timeout time.Duration   `yaml:"timeout" default:"10m" min:"1ms" doc:"Time that a trial may take; then its program is ended and the trial has failed."`
	Goal    OptimizeGoal    `yaml:"goal" default:"minimize" doc:"Which values are better."`
	Least   *float64        `yaml:"least" doc:"Lowest value that is possible; an answer below it is a failure. Without it any number is taken."`
	Most    *float64        `yaml:"most" doc:"Highest value that is possible."`
}

// OptimizeGoal says which values are better.
type OptimizeGoal string

// Values lists the words a file may use.
func (OptimizeGoal) Values() []string { return []string{"minimize", "maximize"} }

// OptimizeKind is the kind of a dimension.
type OptimizeKind string

// Values lists the words a file may use.
func (OptimizeKind) Values() []string { return []string{"float", "integer", "choice"} }

// OptimizeDim is a dimension.
type OptimizeDim struct {
	Name    string        `yaml:"name" required:"true" doc:"Name under which the program gets the value, unique in the list."`
	Kind    OptimizeKind  `yaml:"kind" default:"float" doc:"Kind of its values."`
	Min     float64       `yaml:"min" doc:"Lowest value of a float or an integer."`
	Max     float64       `yaml:"max" doc:"Highest value of a float or an integer."`
	Log     bool          `yaml:"log" default:"false" doc:"Makes equal ratios equally far apart, as for learning rates."`
	Options []string      `yaml:"options" doc:"What there is to choose from."`
	When    *OptimizeWhen `yaml:"when" doc:"Makes the dimension count only under a condition."`
}

// OptimizeWhen is the condition of a dimension.
type OptimizeWhen struct {
	Parent string   `yaml:"parent" required:"true" doc:"Name of a choice that comes before."`
	In     []string `yaml:"in" required:"true" doc:"Options of it with which the dimension counts."`
}

// OptimizeMethod is the name of a method.
type OptimizeMethod string

// Values lists the words a file may use.
func (OptimizeMethod) Values() []string { return optimize.Methods() }

// OptimizeSearch says how points are chosen, and when the search ends.
type OptimizeSearch struct {
	Method      OptimizeMethod `yaml:"method" default:"auto" doc:"How points are chosen; auto goes by the space and the other keys."`
	Seed        int64          `yaml:"seed" default:"1" min:"0" doc:"Where the random numbers begin."`
	Trials      int            `yaml:"trials" default:"100" min:"1" max:"1000000" doc:"How many trials there are."`
	AtOnce      int            `yaml:"at_once" default:"1" min:"1" max:"1000" doc:"How many programs run at the same time."`
	Time        time.Duration  `yaml:"time" default:"0s" min:"0s" doc:"Time after which no trial is begun, counted from the start of the command; 0s is no limit."`
	Cost        float64        `yaml:"cost" default:"0" min:"0" doc:"Sum of the costs that the program tells, from which on no trial is begun; 0 is no limit."`
	Target      *float64       `yaml:"target" doc:"Value that is good enough: with it no further trial is begun."`
	Drift       bool           `yaml:"drift" default:"false" doc:"Says that the best point moves, so that auto tracks it."`
	MinResource float64        `yaml:"min_resource" default:"0" min:"0" max:"1000000000000" doc:"Lowest level of methods with levels; 0 is 1."`
	MaxResource float64        `yaml:"max_resource" default:"0" min:"0" max:"1000000000000" doc:"Highest level; with it auto is asha, and the program is told how much of it to spend."`
	Eta         float64        `yaml:"eta" default:"3" min:"1.5" max:"100" doc:"By how much levels differ, and one of how many goes up."`
	Population  int            `yaml:"population" default:"0" min:"0" max:"10000" doc:"Points of a generation of cma-es or pbt; 0 is their own default."`
	Steps       int            `yaml:"steps" default:"5" min:"2" max:"1000000" doc:"Into how many values grid divides a float."`
}

// OptimizeRule is the name of a rule of pruning.
type OptimizeRule string

// Values lists the words a file may use.
func (OptimizeRule) Values() []string {
	return []string{string(optimize.NoPruning), string(optimize.Median), string(optimize.Halving)}
}

// OptimizePruning says which trials are stopped early.
type OptimizePruning struct {
	Rule OptimizeRule `yaml:"rule" default:"none" doc:"What stops a trial: being worse than the median at a level, or not among the best of it."`
	Warm int          `yaml:"warm" default:"5" min:"1" max:"1000000" doc:"Reports of others at a level before one is stopped there."`
}

// LoadOptimization reads a file for `runtime optimize`. The error is nil or Errors with every problem there is; with an error the result is zero.
func LoadOptimization(in Input) (Optimization, error) {
	top, _, problems := parse(in.Name, in.Data)
	if top == nil {
		return Optimization{}, finish(problems)
	}
	d := &decoder{
		shapes: shapes{}, files: in.Files, refs: references{env: environment(in.Env), files: in.Files},
		places: map[string]place{}, refused: map[string]bool{}, problems: problems,
	}
	for _, p := range problems {
		d.refused[p.path] = true
	}
	d.version(top)
	var o Optimization
	d.decode(top, reflect.ValueOf(&o).Elem(), "", field{})
	if len(d.problems) == 0 {
		d.optimization(o)
	}
	if len(d.problems) > 0 {
		return Optimization{}, finish(d.problems)
	}
	return o, nil
}

// optimization checks what several keys say together.
func (d *decoder) optimization(o Optimization) {
	space, err := o.Dimensions()
	d.each(err, "space")
	if err == nil {
		_, err = optimize.New(space, o.Options())
		d.each(err, "search")
	}
	least, most := o.Range()
	if least >= most {
		d.fail(d.near("objective.least"), "objective.least", fault{code: CodeConflict, reason: "least is not below most"})
	}
}

// each complains about every mistake of a joined error.
func (d *decoder) each(err error, path string) {
	for _, one := range joined(err) {
		d.fail(d.near(path), path, fault{code: CodeConflict, reason: reasonOf(one)})
	}
}

// reasonOf is the text of an error of package optimize without what the place says already.
func reasonOf(err error) string {
	text := err.Error()
	for _, sentinel := range []error{optimize.ErrInvalidSpace, optimize.ErrInvalidOptions} {
		if errors.Is(err, sentinel) {
			text = text[:len(text)-len(": "+sentinel.Error())]
		}
	}
	return text
}

// Dimensions are those of the space, as package optimize takes them.
func (o Optimization) Dimensions() (*optimize.Space, error) {
	var dims []optimize.Dimension
	for _, d := range o.Space {
		one := optimize.Dimension{Name: d.Name, Min: d.Min, Max: d.Max, Log: d.Log, Options: d.Options}
		switch d.Kind {
		case "integer":
			one.Kind = optimize.Integer
		case "choice":
			one.Kind = optimize.Categorical
		}
		if d.When != nil {
			one.When = &optimize.Condition{Parent: d.When.Parent, In: d.When.In}
		}
		dims = append(dims, one)
	}
	return optimize.NewSpace(dims...)
}

// Options are those of the search, as package optimize takes them.
func (o Optimization) Options() optimize.Options {
	s := o.Search
	return optimize.Options{
		Method: string(s.Method), Seed: uint64(s.Seed), Limit: s.Trials, MinResource: s.MinResource, MaxResource: s.MaxResource, Eta: s.Eta,
		Population: s.Population, Drift: s.Drift, Steps: s.Steps,
	}
}

// Range is what values can be, infinite where nothing is said.
func (o Optimization) Range() (least, most float64) {
	least, most = math.Inf(-1), math.Inf(1)
	if o.Objective.Least != nil {
		least = *o.Objective.Least
	}
	if o.Objective.Most != nil {
		most = *o.Objective.Most
	}
	return least, most
}
