// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"cmp"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/cognitive/kind"
	"mabeam.dev/telemetry"
)

// errStray is why a composite is not computed: its function has not come back from the last time.
var errStray = errors.New("its function has not returned yet")

// calculators computes composites for the committer. A function of the user runs in a process beside it, because nothing can stop a Go function: one that
// does not return is left behind with its process, and the next gets another.
type calculators struct {
	ref   actors.Ref[calculation]
	stray map[string]*atomic.Bool // composites whose function was left behind; true when it has returned
}

// calculation asks for one value.
type calculation struct {
	run   func([]kind.Value) (kind.Value, error)
	in    []kind.Value
	over  *atomic.Bool
	reply actors.Reply[kind.Value]
}

func calculate(_ *actors.Context[calculation], m calculation) error {
	v, err := guarded(m.run, m.in)
	m.over.Store(true)
	if err != nil {
		m.reply.Fail(err)
	} else {
		m.reply.Send(v)
	}
	return nil
}

// guarded makes an error of a panic.
func guarded(run func([]kind.Value) (kind.Value, error), in []kind.Value) (v kind.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
	}()
	return run(in)
}

func panicked(r any) error {
	if err, ok := r.(error); ok {
		return fmt.Errorf("panic: %w", err)
	}
	return fmt.Errorf("panic: %v", r)
}

// compute computes a composite. An expression is bounded by its cost and is computed in place.
func (a *committer) compute(d *definition, in []kind.Value) (kind.Value, error) {
	v, err := a.computed(d, in)
	if err != nil {
		telemetry.Emit(a.ctx.Events(), CompositeFailed{Of{a.s.o.Name, d.name}, err})
	}
	return v, err
}

func (a *committer) computed(d *definition, in []kind.Value) (kind.Value, error) {
	if d.formula != nil {
		return d.formula.Eval(in...)
	}
	if over := a.calc.stray[d.name]; over != nil {
		if !over.Load() {
			return kind.Value{}, errStray
		}
		delete(a.calc.stray, d.name)
	}
	if !a.calc.ref.PID().Alive() {
		ref, err := actors.SpawnLink(a.ctx, "", actors.Stateless(calculate), actors.Local(), actors.Kind("cognitive"))
		if err != nil {
			return kind.Value{}, err
		}
		a.calc.ref = ref
	}
	ctx, stop := a.ctx.WithTimeout(cmp.Or(d.composite.Timeout, 10*time.Millisecond))
	defer stop()
	over := new(atomic.Bool)
	v, err := actors.Call(ctx, a.calc.ref, func(reply actors.Reply[kind.Value]) calculation {
		return calculation{d.composite.Func, in, over, reply}
	})
	if err != nil && !over.Load() { // it runs on
		a.ctx.Unlink(a.calc.ref.PID())
		a.calc.ref.PID().Kill()
		a.calc.ref = actors.Ref[calculation]{}
		if a.calc.stray == nil {
			a.calc.stray = map[string]*atomic.Bool{}
		}
		a.calc.stray[d.name] = over
	}
	return v, err
}
