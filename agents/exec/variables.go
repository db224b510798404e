// SPDX-License-Identifier: Apache-2.0

package exec

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"mabeam.dev/actors"
	"mabeam.dev/agents"
	"mabeam.dev/agents/exec/program"
	"mabeam.dev/agents/exec/protocol"
	"mabeam.dev/telemetry"
)

// Variables are the shared variables that one agent sees, and what its program may do with them. The program that builds a node gives them; see [ShareVariables].
type Variables interface {
	// Follow returns what the agent sees, one item for each space, and has each later change arrive as a message of its process, in order.
	Follow(ctx *actors.Context[agents.Message], changed func(protocol.VariableChange) agents.Message) ([]protocol.Variables, error)
	// Suggest proposes a value in the agent's name. It returns when that is committed or refused, or when ctx ends.
	Suggest(ctx context.Context, s protocol.Suggestion) protocol.Answer
	// Report passes on what the program has measured. It does not block.
	Report(f protocol.Feedback) protocol.Answer
	// Confirm passes on that the program uses a version. It does not block.
	Confirm(c protocol.Confirmation) protocol.Answer
}

// sharing finds the variables of a system's agents.
type sharing struct {
	mu struct {
		sync.Mutex
		of func(s agents.Spec, names []string) Variables
	}
}

// ShareVariables says which variables the agents of a system see that start from now on: of is given an agent and the names of its settings, and returns nil for one that sees none.
func ShareVariables(sys *actors.System, of func(s agents.Spec, names []string) Variables) {
	x := actors.Extend(sys, func() *sharing { return &sharing{} })
	x.mu.Lock()
	defer x.mu.Unlock()
	x.mu.of = of
}

func variablesFor(sys *actors.System, s agents.Spec, names []string) Variables {
	if len(names) == 0 {
		return nil
	}
	x := actors.Extend(sys, func() *sharing { return &sharing{} })
	x.mu.Lock()
	of := x.mu.of
	x.mu.Unlock()
	if of == nil {
		return nil
	}
	return of(s, names)
}

type (
	// changed tells the agent of a change of what its program sees.
	changed struct {
		agents.Message
		change protocol.VariableChange
	}
	// answered is what became of a suggestion.
	answered struct {
		agents.Message
		answer protocol.Answer
	}
)

// mostOwed bounds the answers that wait for a program which does not read. More than that are lost; the write time-out ends such a program.
const mostOwed = 1 << 16

// owed are the lines about variables that wait until the program reads: of each variable and scope the newest change.
type owed struct {
	spaces  []protocol.Variables
	answers []protocol.Answer
	changes []protocol.VariableChange
}

func (o *owed) empty() bool { return len(o.spaces)+len(o.answers)+len(o.changes) == 0 }

// change puts a change at the end. It takes the place of an earlier one of the same variable and scope, and says so by its gap.
func (o *owed) change(c protocol.VariableChange) {
	i := slices.IndexFunc(o.changes, func(d protocol.VariableChange) bool {
		return d.Space == c.Space && d.Variable == c.Variable && d.Scope == c.Scope
	})
	if i >= 0 {
		was := o.changes[i]
		gap := protocol.VersionGap{From: was.Version, To: was.Version}
		if was.Gap != nil {
			gap.From = was.Gap.From
		}
		if c.Gap != nil {
			gap.To = c.Gap.To
		}
		if c.Version == was.Version { // it went and came back
			c.Gap = was.Gap
		} else {
			c.Gap = &gap
		}
		o.changes = slices.Delete(o.changes, i, i+1)
	}
	o.changes = append(o.changes, c)
}

// share tells a program that reads of variables what there is, and follows what changes.
func (a *agent) share(ctx *actors.Context[agents.Message]) error {
	if !a.port.Shares() {
		return nil
	}
	spaces, err := a.shared.Follow(ctx, func(c protocol.VariableChange) agents.Message { return changed{change: c} })
	if err != nil {
		return err
	}
	for _, s := range spaces {
		parts, err := a.port.SplitVariables(s)
		a.owed.spaces = append(a.owed.spaces, parts...)
		a.untold(ctx, err)
	}
	a.settle(ctx)
	return nil
}

// changed tells the program of a change, at once or when it reads again.
func (a *agent) changed(ctx *actors.Context[agents.Message], c protocol.VariableChange) {
	a.owed.change(c)
	a.settle(ctx)
}

// suggest has a suggestion carried out beside the agent. The session bounds how many there are.
func (a *agent) suggest(ctx *actors.Context[agents.Message], s protocol.Suggestion) {
	shared := a.shared
	ctx.Go(func(life context.Context) agents.Message { return answered{answer: shared.Suggest(life, s)} })
}

func (a *agent) report(ctx *actors.Context[agents.Message], f protocol.Feedback) {
	a.respond(ctx, a.shared.Report(f))
}

func (a *agent) confirm(ctx *actors.Context[agents.Message], c protocol.Confirmation) {
	a.respond(ctx, a.shared.Confirm(c))
}

// respond answers a line of the program, if it is to be answered.
func (a *agent) respond(ctx *actors.Context[agents.Message], x protocol.Answer) {
	switch {
	case x.ID == "":
	case len(a.owed.answers) < mostOwed:
		a.owed.answers = append(a.owed.answers, x)
	default:
		telemetry.Emit(ctx.Events(), VariableRefused{Origin: a.origin(ctx), Kind: "unread", Err: fmt.Errorf("exec: answer %q: %w", x.ID, program.ErrBusy)})
	}
	a.settle(ctx)
}

// settle gives the program what it is owed, as far as it reads.
func (a *agent) settle(ctx *actors.Context[agents.Message]) {
	for !a.owed.empty() && !a.port.Full() {
		switch o := &a.owed; {
		case len(o.spaces) > 0:
			a.untold(ctx, a.port.TellVariables(o.spaces[0]))
			o.spaces = o.spaces[1:]
		case len(o.answers) > 0:
			_ = a.port.Answer(o.answers[0]) // nobody waits for it any more
			o.answers = o.answers[1:]
		default:
			a.untold(ctx, a.port.TellVariable(o.changes[0]))
			o.changes = o.changes[1:]
		}
	}
}

// untold logs what the program could not be told; one that is about to go need not be.
func (a *agent) untold(ctx *actors.Context[agents.Message], err error) {
	if err != nil && a.port.State() == protocol.Running {
		telemetry.Emit(ctx.Events(), VariableRefused{Origin: a.origin(ctx), Kind: "other", Err: err})
	}
}
