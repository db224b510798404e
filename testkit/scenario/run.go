// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"mabeam.dev/agents"
	"mabeam.dev/config"
	"mabeam.dev/testkit/sim"
)

// Options change how a scenario runs.
type Options struct {
	// Seed decides every order; 0 means 1.
	Seed uint64
	// Kinds are kinds of agents besides echo and scripted; they must keep to what a simulation asks of code.
	Kinds agents.Kinds
	// Prefix draws only so many decisions from the seed, if it is not 0; the rest go to the first in line. It repeats a run that was made
	// short.
	Prefix int
	// Sim are more options of the simulation.
	Sim []sim.Option
}

// Result is how a run ended.
type Result struct {
	Seed    uint64
	Output  string         // what the commands printed, each under its line
	Blocks  map[int]string // what the commands with expected output printed, by line
	Failure error          // nil, *UnmetError, *CommandError, or what the simulation says
	Elapsed time.Duration  // virtual
	Events  []string
	Trace   *sim.Trace
	Choices int
}

// UnmetError is an expectation that does not hold: of expect or wait, a command that should have failed, or other output than expected.
type UnmetError struct {
	Script  *Script       // that was run
	Command Command       // with the expectation
	Seen    string        // what was seen instead
	Seed    uint64        // of the run
	Prefix  int           // see Options
	At      time.Duration // virtual
	Events  int           // so far
	Last    []string      // the newest events
}

// CommandError is a command that could not be carried out.
type CommandError struct {
	Script  *Script       // that was run
	Command Command       // that could not be carried out
	Err     error         // why
	Seed    uint64        // of the run
	Prefix  int           // see Options
	At      time.Duration // virtual
}

// Unwrap returns the reason.
func (e *CommandError) Unwrap() error { return e.Err }

// missed is an expectation that does not hold, before its place is known.
type missed struct{ seen string }

func (m *missed) Error() string { return m.seen }

func unmet(format string, args ...any) error { return &missed{fmt.Sprintf(format, args...)} }

// errRootGone is the state of a node whose root supervisor has ended.
var errRootGone = errors.New("the root supervisor has ended")

// Run runs a scenario once.
func Run(s *Script, o Options) Result {
	if o.Seed == 0 {
		o.Seed = 1
	}
	if o.Prefix > 0 {
		o.Sim = append(o.Sim[:len(o.Sim):len(o.Sim)], sim.Prefix(o.Prefix))
	}
	var e *engine
	r := Result{Seed: o.Seed, Blocks: map[int]string{}}
	var out strings.Builder
	run := sim.Run(o.Seed, func(sm *sim.Sim) {
		e = &engine{script: s, sim: sm, ctx: sm.Context(), log: newEventLog(sm), prefix: o.Prefix, given: map[string]*int{}}
		e.kinds = e.builtin()
		for name, k := range o.Kinds {
			if name != config.KindExec {
				e.kinds[name] = k
			}
		}
		for i := range s.Commands {
			if r.Failure = e.command(&s.Commands[i], &out, r.Blocks); r.Failure != nil {
				return
			}
		}
	}, o.Sim...)
	if r.Failure == nil {
		r.Failure = run.Failure
	}
	r.Output, r.Elapsed, r.Trace, r.Choices = out.String(), run.Elapsed, run.Trace, run.Choices
	for _, ev := range e.log.all {
		r.Events = append(r.Events, ev.String())
	}
	return r
}

// command carries one command out and compares what it printed.
func (e *engine) command(c *Command, out *strings.Builder, blocks map[int]string) error {
	printed, err := c.Verb.run(e, c)
	e.sim.Settle()
	var miss *missed
	isMiss := errors.As(err, &miss)
	switch {
	case c.Fails && err == nil:
		return e.unmet(c, "it did not fail")
	case c.Fails:
		printed = err.Error() + "\n"
	case isMiss:
		return e.unmet(c, miss.seen)
	case err != nil:
		return &CommandError{Script: e.script, Command: *c, Err: err, Seed: e.sim.Seed(), Prefix: e.prefix, At: e.elapsed()}
	}
	fmt.Fprintf(out, "> %s\n%s", strings.TrimSpace(e.script.lines[c.Line-1]), printed)
	if c.Expected != nil {
		blocks[c.Line] = printed
		if printed != c.Expected.Text {
			return e.unmet(c, differs(c.Expected.Text, printed))
		}
	}
	return nil
}

func (e *engine) unmet(c *Command, seen string) error {
	u := &UnmetError{Script: e.script, Command: *c, Seen: seen, Seed: e.sim.Seed(), Prefix: e.prefix, At: e.elapsed(), Events: len(e.log.all)}
	for _, ev := range e.log.last(5) {
		u.Last = append(u.Last, ev.String())
	}
	return u
}

// elapsed is the virtual time since the beginning.
func (e *engine) elapsed() time.Duration { return e.sim.Now().Sub(sim.Birth) }

// differs shows the first line that is not as expected.
func differs(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		switch {
		case i >= len(w) || w[i] == "" && i == len(w)-1:
			return fmt.Sprintf("printed one more line %q", g[i])
		case i >= len(g) || g[i] == "" && i == len(g)-1:
			return fmt.Sprintf("did not print line %d, %q", i+1, w[i])
		case w[i] != g[i]:
			return fmt.Sprintf("line %d of the output is %q", i+1, g[i])
		}
	}
	return "printed something else"
}
