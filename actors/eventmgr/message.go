// SPDX-License-Identifier: Apache-2.0

package eventmgr

import "mabeam.dev/actors"

// Message is what a manager's process takes. [Event] makes one; the others are made by the methods of [Manager].
type Message[E any] interface{ serve(p *process[E]) }

type (
	// notify is an event; the reply address is zero if nobody waits.
	notify[E any] struct {
		event E
		reply actors.Reply[struct{}]
	}
	add[E any] struct {
		id    string
		h     Handler[E]
		own   *owner // nil for a handler that nobody owns
		reply actors.Reply[struct{}]
	}
	remove[E any] struct {
		id    string
		reply actors.Reply[any]
	}
	swap[E any] struct {
		id, by string
		h      Handler[E]
		own    *owner // nil to keep the owner
		reply  actors.Reply[struct{}]
	}
	list[E any] struct{ reply actors.Reply[[]string] }
	// ask has a question put to a handler; answer sends what it said.
	ask[E any] struct {
		id       string
		question func(t *Turn[E], h Handler[E]) (answer func(), err error)
		fail     func(error)
	}
	// ended is the end of a process that may own handlers.
	ended[E any] struct {
		pid actors.PID
		why actors.Reason
	}
)

func (m *notify[E]) serve(p *process[E]) {
	p.notify(m.event)
	m.reply.Send(struct{}{})
}

func (m *add[E]) serve(p *process[E]) {
	err := p.add("add", p.member(m.id, m.h, m.own), nil)
	if err == nil && m.own != nil {
		p.watch(m.own)
	}
	respond(m.reply, struct{}{}, err)
}

func (m *remove[E]) serve(p *process[E]) {
	v, err := p.remove(m.id)
	respond(m.reply, v, err)
}

func (m *swap[E]) serve(p *process[E]) {
	respond(m.reply, struct{}{}, p.swap(m))
}

func (m *list[E]) serve(p *process[E]) {
	ids := make([]string, len(p.members))
	for i, m := range p.members {
		ids[i] = m.id
	}
	m.reply.Send(ids)
}

func (m *ask[E]) serve(p *process[E]) { p.ask(m) }

func (m *ended[E]) serve(p *process[E]) { p.ended(m.pid, m.why) }

// respond answers with a value or with an error.
func respond[R any](to actors.Reply[R], v R, err error) {
	if err != nil {
		to.Fail(err)
		return
	}
	to.Send(v)
}
