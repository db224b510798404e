// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
)

// measured is the metric that environments report, and that adapters of a script are after.
const measured = "score"

// adaptationVerbs have variables adapted to environments.
func adaptationVerbs() []Verb {
	return []Verb{
		{
			Name: "adapt", Group: Coordination, Usage: "adapt SPACE/NAME [KEY=VALUE...]", Min: 1, Max: -1, Example: "adapt tuning/temperature agents=20 share=0.25",
			Doc: "Has a variable adapted from now on, to the greatest " + measured + ". Keys are agents (how many live by it, agent-1 and so on, or their names with + between them: a " +
				"share of them tries a candidate first; without agents all do), share, every (a duration), warm, trial and watch (reports). It fails if the variable has an adapter.",
			check: func(_ *Script, c *Command) []mistake {
				_, bad := adapting(c)
				return bad
			},
			run: func(e *engine, c *Command) (string, error) {
				a, _ := adapting(c)
				s, i, err := e.variable(c.Args[0].Text)
				if err != nil {
					return "", err
				}
				a.Variable = i.Name
				return "", s.Adapt(e.ctx, a)
			},
		},
		{
			Name: "drift", Group: Coordination, Usage: "drift ENVIRONMENT SPACE/NAME [KEY=VALUE...]", Min: 2, Max: -1, Example: "drift summer tuning/temperature best=0.2",
			Doc: "Says what an environment gives for the values of a variable from now on: 0 for best (a value), less the farther away, and least by worth (10) at the other end of the range, " +
				"with a noise of so much (1). What is not said stays as it was. With over the best moves there in so many reports. An environment begins when it is first named.",
			check: func(_ *Script, c *Command) []mistake {
				return pairs(c.Args[2:], &weather{}, weatherKeys, "an environment")
			},
			run: drift,
		},
		{
			Name: "feedback", Group: Coordination, Usage: "feedback ENVIRONMENT REPORTS [KEY=VALUE...]", Min: 2, Max: -1, Example: "feedback summer 500 agents=20 until=promoted",
			Doc: "Has agents live by the variable of an environment and report what it gives them, so many times, one after the other. Keys are agents (as of adapt; none is one without a name), " +
				"every (the time between reports, 10ms), until (it ends when the adapter has done something whose name has this word, and fails if it has not), liars (how many of the agents lie) " +
				"and lies: wild reports any number, opposite the contrary, stale what is best, of versions that are not there.",
			check: func(s *Script, c *Command) []mistake {
				_, bad := reporting(c)
				return append(checkCount(1)(s, c), bad...)
			},
			run: feedback,
		},
	}
}

// folk are agents by their names; it is an AgentPool.
type folk []string

// Members returns the names.
func (w folk) Members() []string { return w }

// aboard reads a number of agents, or their names.
func aboard(text string) (all folk, err error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		return strings.Split(text, "+"), nil
	}
	if n < 1 || n > 10_000 {
		return nil, errors.New("it is no number of agents")
	}
	for i := range n {
		all = append(all, fmt.Sprintf("agent-%d", i+1))
	}
	return all, nil
}

// positive reads a number, or a duration, that is greater than 0.
func positive[T int | float64 | time.Duration](text string, into *T, read func(string) (T, error)) (err error) {
	if *into, err = read(text); err == nil && *into > 0 {
		return nil
	}
	what := "number"
	if _, is := any(*into).(time.Duration); is {
		what = "duration"
	}
	return fmt.Errorf("it is no %s above 0", what)
}

func real(text string) (float64, error) { return strconv.ParseFloat(text, 64) }

var adaptKeys = map[string]func(a *cognitive.Adaptation, value string) error{
	"agents": func(a *cognitive.Adaptation, v string) error {
		all, err := aboard(v)
		a.Agents = all
		return err
	},
	"share": func(a *cognitive.Adaptation, v string) error { return positive(v, &a.Share, real) },
	"every": func(a *cognitive.Adaptation, v string) error { return positive(v, &a.Every, time.ParseDuration) },
	"warm":  func(a *cognitive.Adaptation, v string) error { return positive(v, &a.Spec.Warm, strconv.Atoi) },
	"trial": func(a *cognitive.Adaptation, v string) error { return positive(v, &a.Spec.Trial, strconv.Atoi) },
	"watch": func(a *cognitive.Adaptation, v string) error { return positive(v, &a.Spec.Watch, strconv.Atoi) },
}

// adapting reads the arguments of adapt.
func adapting(c *Command) (cognitive.Adaptation, []mistake) {
	a := cognitive.Adaptation{Spec: adapt.Spec{Objective: adapt.Performance(adapt.Weight{Metric: measured, Weight: 1})}}
	bad := pairs(c.Args[1:], &a, adaptKeys, "an adaptation")
	return a, bad
}

// adaptationSubjects are what can be expected of adapters.
func adaptationSubjects() []subject {
	return []subject{
		{"variable_commits", "variable_commits SPACE/NAME [CAUSE]", "how many values a variable has had, or by a cause: initial, user, agent, adapter, revert, rollback, redefine and so on", 1, 2, commitsOf},
		{"overrides", "overrides SPACE/NAME", "how many agents, roles and nodes have a value of their own", 1, 1, func(e *engine, args []Arg) (string, error) {
			_, i, err := e.variable(args[0].Text)
			return strconv.Itoa(len(i.Overrides)), err
		}},
		{"adapter", "adapter SPACE/NAME", "what the adapter of a variable is about: observing, slice, trial or watching; frozen if it has had to take back too much, none if there is none", 1, 1, adapterOf},
	}
}

func commitsOf(e *engine, args []Arg) (string, error) {
	s, i, err := e.variable(args[0].Text)
	if err != nil {
		return "", err
	}
	all, err := s.History(e.ctx, i.Name, cognitive.Query{All: true})
	n := 0
	for _, c := range all {
		if len(args) == 1 || c.Cause.String() == args[1].Text {
			n++
		}
	}
	return strconv.Itoa(n), err
}

func adapterOf(e *engine, args []Arg) (string, error) {
	s, i, err := e.variable(args[0].Text)
	if err != nil {
		return "", err
	}
	a, err := s.Adapter(e.ctx, i.Name)
	switch {
	case errors.Is(err, cognitive.ErrNotFound):
		return "none", nil
	case a.Frozen:
		return "frozen", err
	}
	return a.Phase, err
}
