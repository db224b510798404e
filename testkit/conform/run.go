// SPDX-License-Identifier: Apache-2.0

package conform

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	faults "mabeam.dev/actors/fault"
	"mabeam.dev/supervision/plan"
)

// ErrBlocked is the reason of an [*OperationError] when real OTP would wait for ever.
var ErrBlocked = faults.New(1904, "it waits for a held start that nothing releases")

// OperationError is an operation that cannot be carried out.
type OperationError struct {
	Line int    // from 1
	Text string // the operation as the script has it
	Err  error  // why it could not be done
}

// Error names line, operation and reason.
func (e *OperationError) Error() string {
	return fmt.Sprintf("conform: line %d: %s: %v", e.Line, e.Text, e.Err)
}

// FaultCode is E1903.
func (*OperationError) FaultCode() faults.Code { return 1903 }

// Unwrap returns the reason.
func (e *OperationError) Unwrap() error { return e.Err }

// Run runs a script on an engine and returns its trace, every line ended. The error is an [*OperationError], that of the engine, or that of ctx.
func Run(ctx context.Context, s Script, engine Engine) (trace string, err error) {
	d := &driver{script: s, engine: engine, rec: newRecorder(s)}
	if err := engine.Open(d.rec); err != nil {
		return "", fmt.Errorf("conform: open engine: %w", err)
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	for _, op := range s.Ops {
		if err := ctx.Err(); err != nil {
			return "", &OperationError{op.Line, op.Text, context.Cause(ctx)}
		}
		if err := d.operation(ctx, op); err != nil {
			return "", &OperationError{op.Line, op.Text, err}
		}
	}
	d.line(strings.Join(append([]string{"end"}, d.rec.end()...), " "))
	return d.trace.String(), nil
}

// driver is the parent of the root. It carries out one operation at a time.
type driver struct {
	script  Script
	engine  Engine
	rec     *Recorder
	pending []pending
	trace   strings.Builder
}

// pending is an async operation whose answer is not printed yet.
type pending struct {
	op     Op
	result string  // if it was known at once
	answer *Answer // else
}

func (d *driver) line(text string) {
	d.trace.WriteString(text)
	d.trace.WriteByte('\n')
}

// operation prints one block.
func (d *driver) operation(ctx context.Context, op Op) error {
	result, answer, err := d.do(ctx, op)
	if err != nil {
		return err
	}
	if err := d.engine.Settle(ctx); err != nil {
		return err
	}
	if answer != nil {
		if result, err = d.result(op, answer); err != nil {
			return err
		}
	}
	events := d.rec.drain()
	if op.Unordered {
		slices.Sort(events)
	}
	d.line("> " + op.Text)
	for _, e := range events {
		d.line(e)
	}
	d.line("= " + result)
	return d.finished()
}

// finished prints the results of async operations as soon as no start is held any more.
func (d *driver) finished() error {
	if d.rec.holds() {
		return nil
	}
	for _, p := range d.pending {
		result := p.result
		if p.answer != nil {
			var err error
			if result, err = d.result(p.op, p.answer); err != nil {
				return err
			}
		}
		d.line(fmt.Sprintf("~ %s = %s", p.op.plain(), result))
	}
	d.pending = nil
	return nil
}

func (d *driver) result(op Op, answer *Answer) (string, error) {
	reply, done := answer.Get()
	if !done {
		return "", ErrBlocked
	}
	return d.format(op, reply), nil
}

const (
	resultNoProc = "noproc"
	resultOK     = "ok"
)

// do begins an operation. It returns the result, or the answer to wait for.
func (d *driver) do(ctx context.Context, op Op) (string, *Answer, error) {
	switch op.Verb {
	case OpStart:
		return d.start()
	case OpExit, OpKill, OpStrayExit:
		return d.signal(op)
	case OpSleep:
		return resultOK, nil, d.engine.Advance(ctx, op.Sleep)
	case OpRelease:
		wake, held := d.rec.release(op.Name)
		if !held {
			return resultNoProc, nil, nil
		}
		wake()
		return resultOK, nil, nil
	case OpCheckChildspec:
		return check(op), nil, nil
	default:
		return d.request(op)
	}
}

func (d *driver) start() (string, *Answer, error) {
	if root, ok := d.rec.living(d.script.Root); ok {
		return fmt.Sprintf("error {already_started,%s}", root.label), nil, nil
	}
	answer := &Answer{}
	d.engine.Start(d.script.Root, answer)
	return "", answer, nil
}

func (d *driver) signal(op Op) (string, *Answer, error) {
	name := op.Name
	if op.Verb == OpStrayExit {
		name = op.Sup
	}
	p, ok := d.rec.living(name)
	if !ok {
		return resultNoProc, nil, nil
	}
	switch {
	case op.Verb == OpKill, op.Verb == OpStrayExit && op.Reason == "kill":
		d.engine.Kill(p.proc)
	case op.Verb == OpExit && p.kind == plan.Supervisor:
		return "", nil, errors.New("a supervisor does not exit by itself")
	case op.Verb == OpExit:
		d.engine.Exit(p.proc, op.Reason)
	case p.kind == plan.Supervisor:
		d.engine.StrayExit(p.proc, op.Reason)
	default:
		return "", nil, errors.New("not a supervisor")
	}
	return resultOK, nil, nil
}

// request makes a call to a supervisor, or stops the root. An async one is carried out only if its supervisor lives, and whatever comes of it is printed later.
func (d *driver) request(op Op) (string, *Answer, error) {
	if !op.Async {
		return d.ask(op)
	}
	if _, ok := d.rec.living(d.target(op)); !ok {
		return resultNoProc, nil, nil
	}
	result, answer, err := d.ask(op)
	d.pending = append(d.pending, pending{op, result, answer})
	return "queued", nil, err
}

func (d *driver) target(op Op) string {
	if op.Verb == OpStop {
		return d.script.Root
	}
	return op.Sup
}

// ask returns the result, or the answer to wait for. What the script says of a name changes even if there is nobody to ask.
func (d *driver) ask(op Op) (string, *Answer, error) {
	var child Proc
	switch op.Verb {
	case OpStartChild:
		if op.Child.scripted() {
			d.rec.behave(op.Name, op.Child)
		}
	case OpUpgrade:
		d.rec.redefine(op.Sup, op.Name)
	case OpTerminatePid:
		var known bool
		if child, known = d.rec.last(op.Name); !known {
			return resultNoProc, nil, nil
		}
	}
	sup, ok := d.rec.living(d.target(op))
	if !ok {
		return resultNoProc, nil, nil
	}
	if sup.kind != plan.Supervisor {
		return "", nil, errors.New("not a supervisor")
	}
	answer := &Answer{}
	if op.Verb == OpStop {
		d.engine.Stop(sup.proc, answer)
	} else {
		d.engine.Call(sup.proc, d.call(op, child), answer)
	}
	return "", answer, nil
}

func (d *driver) call(op Op, child Proc) any {
	switch op.Verb {
	case OpStartChild:
		if d.rec.Definition(op.Sup).simple() {
			return plan.StartDynamic{Args: op.Name}
		}
		return RawStart{Child: op.Child.Spec}
	case OpTerminateChild:
		return plan.TerminateChild{ID: op.Name}
	case OpRestartChild:
		return plan.RestartChild{ID: op.Name}
	case OpDeleteChild:
		return plan.DeleteChild{ID: op.Name}
	case OpGetChildspec:
		return plan.GetChild{ID: op.Name}
	case OpTerminatePid:
		return plan.TerminateRef{Ref: child, Alive: d.rec.Alive}
	case OpWhichChildren:
		return plan.ListChildren{}
	case OpCountChildren:
		return plan.CountChildren{Alive: d.rec.Alive}
	default:
		return Respec{Name: op.Sup}
	}
}
