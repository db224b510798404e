// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/work/lines"
	"mabeam.dev/agents/work/plan"
	"mabeam.dev/testkit/sim"
)

func messageVerbs() []Verb {
	return []Verb{
		{
			Name: "send", Group: Messages, Usage: "send AGENT JSON", Min: 2, Max: 2, Example: `send /demo/app/a {"n": 1}`,
			Doc:   "Gives an agent a task with this input and does not wait for the answer.",
			check: checkJSON(1),
			run: func(e *engine, c *Command) (string, error) {
				ref, err := e.agent(c.Args[0].Text)
				if err != nil {
					return "", err
				}
				ref.Tell(agents.Assign{Task: e.assignment(c.Args[1].Text)})
				return "", nil
			},
		},
		{
			Name: "call", Group: Messages, Usage: "call AGENT JSON", Min: 2, Max: 2, Example: `call /demo/app/a {"n": 1}`,
			Doc:   "Gives an agent a task with this input, waits for the answer and prints it. It fails when the task does, or when there is no answer within 5 s.",
			check: checkJSON(1),
			run:   call,
		},
		{
			Name: "task", Group: Messages, Usage: "task [QUEUE] JSON", Min: 1, Max: 2, Example: `task {"id": "t1", "kind": "sum", "input": [1, 2]}`,
			Doc: "Submits a task, as a line of a task file has it, to a queue; without a name to the first of the config. It fails when the queue refuses it.",
			run: submit,
		},
		faultVerb(sim.Drop, "drop", "drop FROM TO [MESSAGE] [N]", "Loses the next N messages, or the next one, from one process to another. Patterns are those of paths, with /... for all below; * is anybody."),
		faultVerb(sim.Duplicate, "duplicate", "duplicate FROM TO [MESSAGE] [N]", "Delivers the next N messages, or the next one, twice."),
		{
			Name: "delay", Group: Messages, Usage: "delay FROM TO DURATION [MESSAGE] [N]", Min: 3, Max: 5, Example: "delay * /demo/app/a 2s",
			Doc:   "Delivers the next N messages, or the next one, later.",
			check: checkDuration(2),
			run: func(e *engine, c *Command) (string, error) {
				f, err := messageFault(sim.Delay, c.Args[:2], c.Args[3:])
				if err != nil {
					return "", err
				}
				f.For, _ = time.ParseDuration(c.Args[2].Text)
				return "", e.fault(f)
			},
		},
		{
			Name: "partition", Group: Messages, Usage: "partition A | B", Min: 3, Max: 3, Example: "partition /demo/app/a | /demo/app/b",
			Doc: "Loses every message between two groups of processes, both ways, until heal.",
			check: func(_ *Script, c *Command) []mistake {
				if c.Args[1].Text != "|" {
					return []mistake{{col: c.Args[1].Col, width: len(c.Args[1].Text), reason: "the two groups are parted by |", hint: "usage: partition A | B"}}
				}
				return nil
			},
			run: func(e *engine, c *Command) (string, error) {
				e.sim.Partition(c.Args[0].Text, c.Args[2].Text)
				return "", nil
			},
		},
		{
			Name: "heal", Group: Messages, Usage: "heal", Min: 0, Max: 0, Example: "heal",
			Doc: "Ends every partition.",
			run: func(e *engine, _ *Command) (string, error) {
				e.sim.Heal()
				return "", nil
			},
		},
	}
}

func faultVerb(kind sim.FaultKind, name, usage, doc string) Verb {
	return Verb{
		Name: name, Group: Messages, Usage: usage, Min: 2, Max: 4, Example: name + " * /demo/app/a", Doc: doc,
		run: func(e *engine, c *Command) (string, error) {
			f, err := messageFault(kind, c.Args[:2], c.Args[2:])
			if err != nil {
				return "", err
			}
			return "", e.fault(f)
		},
	}
}

// messageFault makes a fault of FROM TO [MESSAGE] [N].
func messageFault(kind sim.FaultKind, ends, rest []Arg) (sim.Fault, error) {
	f := sim.Fault{Do: kind, From: anybody(ends[0].Text), Process: anybody(ends[1].Text), Nth: 1, Times: 1}
	for _, a := range rest {
		var n int
		if _, err := fmt.Sscanf(a.Text, "%d", &n); err == nil && n > 0 {
			f.Times = n
			continue
		}
		if f.Message != "" {
			return f, fmt.Errorf("%q is no number of messages", a.Text)
		}
		f.Message = a.Text
	}
	return f, nil
}

func anybody(pattern string) string {
	if pattern == "*" {
		return ""
	}
	return pattern
}

// agent finds the agent of a path.
func (e *engine) agent(path string) (actors.Ref[agents.Message], error) {
	pid, err := e.process(path)
	if err != nil {
		return actors.Ref[agents.Message]{}, err
	}
	ref, err := actors.RefOf[agents.Message](pid)
	if err != nil {
		return ref, fmt.Errorf("%s is no agent", path)
	}
	return ref, nil
}

// assignment is a task that no queue knows.
func (e *engine) assignment(input string) agents.Task {
	return agents.Task{ID: "scenario", Kind: "call", Input: json.RawMessage(input), Attempt: 1}
}

func call(e *engine, c *Command) (string, error) {
	ref, err := e.agent(c.Args[0].Text)
	if err != nil {
		return "", err
	}
	out, err := actors.Call(e.ctx, ref, func(r actors.Reply[agents.Outcome]) agents.Message {
		return agents.Assign{Task: e.assignment(c.Args[1].Text), Reply: r}
	})
	switch {
	case err != nil:
		return "", err
	case out.Failure != nil:
		return "", out.Failure
	}
	return string(out.Output) + "\n", nil
}

func submit(e *engine, c *Command) (string, error) {
	if e.node == nil {
		return "", errNotStarted
	}
	queues := e.node.Queues()
	if len(queues) == 0 {
		return "", errors.New("the node has no queue: the config needs a section work")
	}
	q, arg := queues[0], c.Args[len(c.Args)-1]
	if len(c.Args) == 2 {
		i := e.queue(c.Args[0].Text)
		if i < 0 {
			return "", fmt.Errorf("no queue %q in the config", c.Args[0].Text)
		}
		q = queues[i]
	}
	task, err := lines.Parse(e.script.Name, c.Line, []byte(arg.Text), plan.At(e.sim.Now()))
	if err != nil {
		return "", err
	}
	receipts, err := q.TrySubmit(e.ctx, task)
	if err != nil {
		return "", err
	}
	return "", receipts[0].Err
}

// queue returns the place of a queue in the config; -1 if it is not there.
func (e *engine) queue(name string) int {
	for i, q := range e.config.Work {
		if q.Queue == name {
			return i
		}
	}
	return -1
}
