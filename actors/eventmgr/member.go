// SPDX-License-Identifier: Apache-2.0

package eventmgr

import (
	"runtime/debug"
	"slices"

	"mabeam.dev/actors/exit"
	"mabeam.dev/telemetry"
)

// member is one handler.
type member[E any] struct {
	id   string
	h    Handler[E]
	own  *owner // nil if nobody owns it
	turn *Turn[E]
}

func (p *process[E]) member(id string, h Handler[E], own *owner) *member[E] {
	return &member[E]{id, h, own, &Turn[E]{p.ctx, id}}
}

// start calls a handler's Init.
func (p *process[E]) start(m *member[E], handover any) error {
	if err := p.refuse(m); err != nil {
		return err
	}
	h, ok := m.h.(Initer[E])
	if !ok {
		return nil
	}
	return p.guard(func() error { return h.Init(m.turn, handover) })
}

// refuse says why a handler cannot be added.
func (p *process[E]) refuse(m *member[E]) error {
	switch {
	case m.h == nil:
		return ErrNilHandler
	case p.find(m.id) != nil:
		return ErrIDTaken
	}
	return nil
}

// leave takes a handler out for good and returns what its Terminate returned.
func (p *process[E]) leave(m *member[E], why Why) (any, error) {
	p.take(m)
	v, err := p.terminate(m, why)
	m.own.gone(Gone{m.id, why})
	return v, err
}

// take takes a handler out of the list.
func (p *process[E]) take(m *member[E]) {
	p.members = slices.DeleteFunc(slices.Clone(p.members), func(o *member[E]) bool { return o == m })
}

// put puts a handler into the list.
func (p *process[E]) put(i int, m *member[E]) {
	p.members = slices.Insert(slices.Clone(p.members), i, m)
}

// terminate calls a handler's Terminate.
func (p *process[E]) terminate(m *member[E], why Why) (v any, err error) {
	h, ok := m.h.(Terminator[E])
	if !ok {
		return nil, nil
	}
	if err = p.guard(func() error { v = h.Terminate(m.turn, why); return nil }); err != nil {
		p.report(m.id, "Terminate", err)
	}
	return v, err
}

func (p *process[E]) find(id string) *member[E] {
	i := slices.IndexFunc(p.members, func(m *member[E]) bool { return m.id == id })
	if i < 0 {
		return nil
	}
	return p.members[i]
}

// guard calls a handler; its panic is an error.
func (p *process[E]) guard(call func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &exit.CrashError{
				Path: p.ctx.PID().Path(), Incarnation: p.ctx.PID().Incarnation(), Cause: &exit.PanicError{Value: r}, Stack: debug.Stack(),
			}
		}
	}()
	return call()
}

func (p *process[E]) report(id, doing string, err error) {
	telemetry.Emit(p.ctx.Events(), HandlerCrashed{Manager: p.ctx.PID(), ID: id, InHand: doing, Err: err})
}
