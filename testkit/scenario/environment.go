// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/cognitive/kind"
)

// weather is what an environment gives for values.
type weather struct {
	best         string
	worth, noise float64
	over         int
}

var weatherKeys = map[string]func(w *weather, value string) error{
	"best":  func(w *weather, v string) error { w.best = v; return nil },
	"worth": func(w *weather, v string) error { return positive(v, &w.worth, real) },
	"noise": func(w *weather, v string) (err error) {
		if w.noise, err = real(v); err != nil || !(w.noise >= 0) {
			err = errors.New("it is no number from 0")
		}
		return err
	},
	"over": func(w *weather, v string) error { return positive(v, &w.over, strconv.Atoi) },
}

// environment is where agents live by one variable. It belongs to the driver of the simulation.
type environment struct {
	weather
	space    *cognitive.Space
	variable string
	kind     kind.Kind
	is, from kind.Value // the best value, and where it was before it began to move
	passed   int        // reports since then
	turn     int        // agents that have had theirs
	rng      *rand.Rand // of the noise, and of lies
}

func drift(e *engine, c *Command) (string, error) {
	name := c.Args[0].Text
	s, i, err := e.variable(c.Args[1].Text)
	if err != nil {
		return "", err
	}
	if e.climate == nil {
		e.climate = map[string]*environment{}
	}
	n := e.climate[name]
	if n == nil {
		n = &environment{weather: weather{worth: 10, noise: 1}, space: s, variable: i.Name, rng: e.sim.Rand("environment/" + name)}
	}
	if n.space != s || n.variable != i.Name {
		return "", fmt.Errorf("environment %q is one of %s/%s", name, n.space.Name(), n.variable)
	}
	n.kind, n.over = i.Kind, 0
	_ = pairs(c.Args[2:], &n.weather, weatherKeys, "") // checked
	if n.best == "" {
		return "", fmt.Errorf("environment %q: nobody has said what is best", name)
	}
	best, err := kind.FromText(i.Kind, n.best)
	if err == nil {
		best, err = i.Kind.Normal(best)
	}
	if err != nil {
		return "", fmt.Errorf("environment %q: best: %w", name, err)
	}
	if n.from, n.is, n.passed = n.is, best, 0; n.from.Type() == kind.None {
		n.from = best
	}
	e.climate[name] = n
	return "", nil
}

// gives is what an agent gets for a value: without noise.
func (n *environment) gives(v kind.Value) float64 {
	d := n.kind.Distance(v, n.is)
	if r, ok := n.kind.(kind.Ranged); ok && n.passed < n.over {
		from, to := r.Unit(n.from), r.Unit(n.is)
		d = r.Unit(v) - (from + float64((to-from)*float64(n.passed)/float64(n.over)))
	}
	return -n.worth * d * d
}

// lies are what a report of something true becomes.
var lies = map[string]func(n *environment, f *cognitive.Feedback){
	"wild": func(n *environment, f *cognitive.Feedback) {
		all := [...]float64{0, 1, -1, 1e6, -1e6, 1e90, -1e90, 1e300, -1e300}
		f.Metrics[0].Value = all[n.rng.IntN(len(all))]
	},
	"opposite": func(_ *environment, f *cognitive.Feedback) { f.Metrics[0].Value *= -1 },
	"stale": func(n *environment, f *cognitive.Feedback) {
		f.Version.Seq += uint64(1 + n.rng.IntN(3))
		f.Metrics[0].Value = 1e6
	},
}

// report is what a command says about reports.
type report struct {
	agents folk
	every  time.Duration
	until  string
	liars  int
	lies   string
}

var reportKeys = map[string]func(r *report, value string) error{
	"agents": func(r *report, v string) (err error) { r.agents, err = aboard(v); return err },
	"every":  func(r *report, v string) error { return positive(v, &r.every, time.ParseDuration) },
	"until":  func(r *report, v string) error { r.until = v; return nil },
	"liars":  func(r *report, v string) error { return positive(v, &r.liars, strconv.Atoi) },
	"lies": func(r *report, v string) error {
		if r.lies = v; lies[v] == nil {
			return errors.New("it is none of wild, opposite, stale")
		}
		return nil
	},
}

// reporting reads the arguments of feedback.
func reporting(c *Command) (report, []mistake) {
	r := report{every: 10 * time.Millisecond, lies: "wild"}
	bad := pairs(c.Args[2:], &r, reportKeys, "feedback")
	return r, bad
}

func feedback(e *engine, c *Command) (string, error) {
	if e.node == nil {
		return "", errNotStarted
	}
	r, _ := reporting(c)
	count, _ := strconv.Atoi(c.Args[1].Text)
	n := e.climate[c.Args[0].Text]
	if n == nil {
		return "", fmt.Errorf("there is no environment %q: drift makes one", c.Args[0].Text)
	}
	from := len(e.log.all)
	for i := range count {
		e.sim.Advance(r.every)
		if err := n.report(&r); err != nil {
			return "", err
		}
		e.sim.Settle()
		if r.until != "" && stepped(e.log.all[from:], n.variable, r.until) {
			return fmt.Sprintf("after %d reports\n", i+1), nil
		}
	}
	if r.until != "" {
		return "", unmet("the adapter of %s has done nothing of the name %q in %d reports", n.variable, r.until, count)
	}
	return "", nil
}

// stepped says whether an adapter has done something that has a word in its name.
func stepped(events []event, variable, word string) bool {
	for _, ev := range events {
		if !ev.is("adaptation.stepped") || !ev.about(variable) {
			continue
		}
		for _, a := range ev.attrs {
			if a.Key == "step" && slices.Contains(strings.Fields(a.Value.String()), word) {
				return true
			}
		}
	}
	return false
}

// report has the next agent report what it has of its value.
func (n *environment) report(r *report) error {
	who, liar := "", r.liars > 0
	if len(r.agents) > 0 {
		place := n.turn % len(r.agents)
		who, liar = r.agents[place], place < r.liars
	}
	n.turn++
	view := n.space.Configuration(cognitive.Agent{Name: who})
	at := slices.IndexFunc(view.Values, func(x cognitive.Seen) bool { return x.Variable == n.variable })
	if at < 0 {
		return fmt.Errorf("variable %q is gone", n.variable)
	}
	x := view.Values[at]
	f := cognitive.Feedback{
		Variable: n.variable, Version: x.Version, Agent: who,
		Metrics: []adapt.Metric{{Name: measured, Value: n.gives(x.Value) + float64(n.noise*n.rng.NormFloat64())}},
	}
	n.passed++
	if liar {
		lies[r.lies](n, &f)
	}
	return n.space.Report(f)
}
