// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"mabeam.dev/agents/work/lines"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/config"
)

// tasks gives each queue its tasks, which are lines of a file of the archive, and has all results written to where the script finds them.
func (e *engine) tasks(cfg config.Config) (map[string]iter.Seq2[plan.Task, error], error) {
	out := map[string]iter.Seq2[plan.Task, error]{}
	for i := range cfg.Work {
		q := &cfg.Work[i]
		q.Results = config.Plain("-")
		name := q.Tasks.Reveal()
		if name == "" {
			continue
		}
		file, ok := e.script.file(name)
		if !ok {
			return nil, fmt.Errorf("queue %s: no file %q in the scenario", q.Queue, name)
		}
		out[q.Queue] = e.lines(file)
	}
	return out, nil
}

// lines reads a file of tasks. Blank lines are passed over.
func (e *engine) lines(file File) iter.Seq2[plan.Task, error] {
	return func(yield func(plan.Task, error) bool) {
		for i, line := range bytes.Split(file.Data, []byte("\n")) {
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			if !yield(lines.Parse(e.script.Name, file.Line+i, line, plan.At(e.sim.Now()))) {
				return
			}
		}
	}
}

// outcomesOf returns the outcomes that the results have for a task.
func (e *engine) outcomesOf(task string) ([]lines.Outcome, error) {
	var out []lines.Outcome
	for line := range bytes.Lines(slices.Clone(e.results.Bytes())) {
		o, err := lines.ParseOutcome(bytes.TrimSpace(line))
		if err != nil {
			return nil, err
		}
		if o.ID == task {
			out = append(out, o)
		}
	}
	return out, nil
}

func outcome(e *engine, args []Arg) (string, error) {
	all, err := e.outcomesOf(args[0].Text)
	if err != nil || len(all) == 0 {
		return "none", err
	}
	return all[0].Outcome, nil
}

func outcomes(e *engine, args []Arg) (string, error) {
	all, err := e.outcomesOf(args[0].Text)
	return strconv.Itoa(len(all)), err
}

func output(e *engine, args []Arg) (string, error) {
	all, err := e.outcomesOf(args[0].Text)
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return "", fmt.Errorf("task %q has no outcome yet", args[0].Text)
	}
	return string(all[0].Output), nil
}

func attempts(e *engine, args []Arg) (string, error) {
	all, err := e.outcomesOf(args[0].Text)
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return "", fmt.Errorf("task %q has no outcome yet", args[0].Text)
	}
	return strconv.Itoa(len(all[0].Attempts)), nil
}
