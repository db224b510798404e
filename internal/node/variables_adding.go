// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive"
	"mabeam.dev/telemetry"
)

// VariableRefused is the event: something that the config says of variables is not so, and what there was stays.
type VariableRefused struct {
	What string // a variable or a constraint
	Err  error  // why
}

// EventName returns "node.variable_refused".
func (VariableRefused) EventName() string { return "node.variable_refused" }

// LogLevel is Warn.
func (VariableRefused) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs says what and why.
func (e VariableRefused) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String("what", e.What), slog.Any(telemetry.KeyError, e.Err)}
}

// adding is what is known of what the config says of variables.
type adding struct {
	n  *Node
	mu struct {
		sync.Mutex
		refused []string
	}
}

// problem says what was refused; empty if nothing was.
func (a *adding) problem() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return strings.Join(a.mu.refused, "; ")
}

func (a *adding) refuse(what string, err error) {
	telemetry.Emit(a.n.o.Bus, VariableRefused{what, err})
	a.mu.Lock()
	defer a.mu.Unlock()
	if line := what + ": " + err.Error(); !slices.Contains(a.mu.refused, line) {
		a.mu.refused = append(a.mu.refused, line)
	}
}

// addingStep says with which entry the process goes on.
type addingStep struct{ next int }

// adder is the process that adds variables and constraints, one after the other. The agents start when it has been through all of them, or has met a space
// that does not answer: then it goes on by itself.
type adder struct {
	a     *adding
	todos []entry
}

// Init adds what can be added at once.
func (p *adder) Init(ctx *actors.Context[addingStep]) error {
	p.todos = p.a.n.additions()
	next, err := p.add(ctx, 0)
	if err != nil {
		return err
	}
	if next < len(p.todos) {
		ctx.After(openingPause, addingStep{next})
	}
	return nil
}

// Receive goes on.
func (p *adder) Receive(ctx *actors.Context[addingStep], m addingStep) error {
	next, err := p.add(ctx, m.next)
	if err == nil && next < len(p.todos) {
		ctx.After(openingPause, addingStep{next})
	}
	return err
}

// add does entries until one is to be tried again, which it returns, or all are done.
func (p *adder) add(ctx context.Context, from int) (next int, err error) {
	for i, t := range p.todos[from:] {
		switch err := t.do(ctx); {
		case err == nil || there(err):
		case ctx.Err() != nil:
			return from + i, err
		case errors.Is(err, cognitive.ErrRestarted) || errors.Is(err, actors.ErrMailboxFull):
			return from + i, nil
		default:
			p.a.refuse(t.what, err)
		}
	}
	return len(p.todos), nil
}
