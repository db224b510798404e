// SPDX-License-Identifier: Apache-2.0

package eventmgr

import (
	"context"

	"mabeam.dev/actors"
)

// Manager addresses an event manager for events E: a small comparable value.
type Manager[E any] struct{ ref actors.Ref[Message[E]] }

// Spawn starts an event manager without handlers. Options and errors are those of actors.Spawn.
func Spawn[E any](in actors.Spawner, name string, options ...actors.Option) (Manager[E], error) {
	ref, err := actors.Spawn(in, name, Behavior[E], options...)
	return Manager[E]{ref}, err
}

// SpawnLink is Spawn with a link to the spawning process, which is the manager's parent.
func SpawnLink[E any](in actors.Spawner, name string, options ...actors.Option) (Manager[E], error) {
	ref, err := actors.SpawnLink(in, name, Behavior[E], options...)
	return Manager[E]{ref}, err
}

// Of returns the manager that a Ref addresses: an incarnation, a name, or a supervised child.
func Of[E any](ref actors.Ref[Message[E]]) Manager[E] { return Manager[E]{ref} }

// Named returns the manager that holds a name at the time of each use.
func Named[E any](sys *actors.System, name string) Manager[E] {
	return Manager[E]{actors.Named[Message[E]](sys, name)}
}

// From returns the same manager, used in the name of a process; see [actors.Ref.From].
func (m Manager[E]) From(s actors.Sender) Manager[E] { return Manager[E]{m.ref.From(s)} }

// Ref returns the address of the manager's process.
func (m Manager[E]) Ref() actors.Ref[Message[E]] { return m.ref }

// PID returns the manager's process, or the zero PID.
func (m Manager[E]) PID() actors.PID { return m.ref.PID() }

// Event is an event as a message to a manager's process, for timers and notices of handlers.
func Event[E any](ev E) Message[E] { return &notify[E]{event: ev} }

// Notify sends an event to all handlers and does not wait.
func (m Manager[E]) Notify(ev E) { m.ref.Tell(&notify[E]{event: ev}) }

// SyncNotify sends an event and waits until every handler has handled it. Whether one of them crashed over it makes no difference.
// Errors are those of actors.Call.
func (m Manager[E]) SyncNotify(ctx context.Context, ev E) error {
	_, err := actors.Call(ctx, m.ref, func(r actors.Reply[struct{}]) Message[E] { return &notify[E]{ev, r} })
	return err
}

// Add adds a handler, which gets events before those that are there. *HandlerError says that the id is taken or what Init returned;
// other errors are those of actors.Call. Without a deadline in ctx it waits as long as the manager lives, here and in all that follows.
func (m Manager[E]) Add(ctx context.Context, id string, h Handler[E]) error {
	_, err := actors.CallForever(ctx, m.ref, func(r actors.Reply[struct{}]) Message[E] { return &add[E]{id: id, h: h, reply: r} })
	return err
}

// AddSupervised is Add for a handler that belongs to the process that adds it: when that ends the handler is removed, and when the handler
// leaves otherwise, or the manager ends, gone makes the message that tells the process so, once for each of its handlers. gone runs in the
// process's turn. ErrNoProc says that there is no manager; after any other error that is no *HandlerError it is not known whether the handler was
// added. It panics without gone.
func AddSupervised[E, N any](c *actors.Context[N], m Manager[E], id string, h Handler[E], gone func(Gone) N) error {
	return owned(c, m, id, gone, func(own *owner, r actors.Reply[struct{}]) Message[E] {
		return &add[E]{id: id, h: h, own: own, reply: r}
	})
}

// owned asks the incarnation that the manager is now for a handler that belongs to the process.
func owned[E, N any](
	c *actors.Context[N], m Manager[E], id string, gone func(Gone) N, build func(*owner, actors.Reply[struct{}]) Message[E],
) error {
	ref, err := actors.RefOf[Message[E]](m.PID())
	if err != nil {
		return err
	}
	own, forget := newOwner(c, ref, id, gone)
	_, err = actors.CallForever(c, ref, func(r actors.Reply[struct{}]) Message[E] { return build(own, r) })
	if err != nil {
		forget()
	}
	return err
}

// Delete removes a handler and returns what its Terminate returned, or nil if it has none.
func (m Manager[E]) Delete(ctx context.Context, id string) (any, error) {
	return actors.CallForever(ctx, m.ref, func(r actors.Reply[any]) Message[E] { return &remove[E]{id, r} })
}

// Swap removes a handler and adds another, whose Init gets what the Terminate of the first returned; the owner of the first, if it has one, owns
// the other. If there is none of id the other is added all the same and its Init gets ErrNoHandler. When that Init fails both are gone; when the id that it is to have is taken nothing has changed.
func (m Manager[E]) Swap(ctx context.Context, id, by string, h Handler[E]) error {
	_, err := actors.CallForever(ctx, m.ref, func(r actors.Reply[struct{}]) Message[E] {
		return &swap[E]{id: id, by: by, h: h, reply: r}
	})
	return err
}

// SwapSupervised is Swap for a handler that is to belong to the process that swaps; see AddSupervised.
func SwapSupervised[E, N any](c *actors.Context[N], m Manager[E], id, by string, h Handler[E], gone func(Gone) N) error {
	return owned(c, m, by, gone, func(own *owner, r actors.Reply[struct{}]) Message[E] {
		return &swap[E]{id: id, by: by, h: h, own: own, reply: r}
	})
}

// Handlers returns the ids of the handlers, in the order in which they get events.
func (m Manager[E]) Handlers(ctx context.Context) ([]string, error) {
	return actors.CallForever(ctx, m.ref, func(r actors.Reply[[]string]) Message[E] { return &list[E]{r} })
}

// Call asks one handler of type H in the manager's process and waits for the answer; a method expression such as (*Log).Level is a
// question. The error that the question returns means what it means in Handle: with nil, Remove and a Swap the caller gets the answer, any
// other is a crash of the handler, which the caller gets in a *HandlerError. So it does ErrNoHandler and ErrWrongHandler. Other errors are
// those of actors.Call, and its default deadline applies.
func Call[R, E any, H Handler[E]](ctx context.Context, m Manager[E], id string, question func(h H, t *Turn[E]) (R, error)) (R, error) {
	return actors.Call(ctx, m.ref, func(r actors.Reply[R]) Message[E] {
		return &ask[E]{id: id, fail: r.Fail, question: func(t *Turn[E], h Handler[E]) (func(), error) {
			own, ok := h.(H)
			if !ok {
				return nil, ErrWrongHandler
			}
			v, err := question(own, t)
			return func() { r.Send(v) }, err
		}}
	})
}
