// SPDX-License-Identifier: Apache-2.0

package basic

import (
	"errors"
	"slices"

	"mabeam.dev/actors"
	"mabeam.dev/actors/table"
	"mabeam.dev/agents/registry"
)

type (
	books    = table.Set[struct{}, *book]
	transfer = table.Transfer[*books]
	receiver = table.Receiver[*books]
)

// message is what the owner takes.
type message interface{ basic() }

type (
	write struct {
		mode   registry.Mode
		ops    []registry.Op
		always bool // also while read only
		reply  actors.Reply[answer]
	}
	seal struct {
		on    bool
		reply actors.Reply[answer]
	}
	ended     actors.Down
	inherited transfer
	heir      struct{ to receiver }
)

func (write) basic()     {}
func (seal) basic()      {}
func (ended) basic()     {}
func (inherited) basic() {}
func (heir) basic()      {}

type answer struct {
	results []registry.Result
	err     error
}

// owner is the process that writes. It owns the table, and knows of each process that is in a row under which names.
type owner struct {
	spec    Spec
	custody actors.Ref[holding]
	books   *books
	held    map[actors.PID]*life
}

// life is what is watched of one process.
type life struct {
	monitor actors.Monitor
	ids     []registry.ID // a process has few names
}

func newOwner(s Spec, custody actors.Ref[holding]) *owner {
	return &owner{spec: s, custody: custody, held: map[actors.PID]*life{}}
}

// Init asks the holder for the table of the last owner. If there is no holder, or it has none, there is nothing to take over.
func (o *owner) Init(ctx *actors.Context[message]) error {
	self, err := table.Receive(ctx, func(t transfer) message { return inherited(t) })
	if err != nil {
		return err
	}
	got, err := actors.Call(ctx, o.custody, func(r actors.Reply[custody]) holding { return claim{self, r} })
	var died *actors.CallError
	if err != nil && !errors.Is(err, actors.ErrNoProc) && !errors.As(err, &died) {
		return err
	}
	if got.given {
		return nil // the table is ours already; its handle comes as a message
	}
	if o.books, err = table.NewSet[struct{}, *book](ctx, o.spec.table(), table.Options{}); err != nil {
		return err
	}
	first := got.last
	if first == nil {
		first = newBook(ctx.PID().Incarnation())
	}
	if err := o.books.Put(struct{}{}, first); err != nil {
		return err
	}
	o.watchAll(ctx)
	if got.heir.PID().IsZero() {
		return nil
	}
	return o.bequeath(ctx, got.heir)
}

// bequeath makes the holder the heir. One that has ended meanwhile will have a successor, which says so itself.
func (o *owner) bequeath(ctx *actors.Context[message], to receiver) error {
	if err := o.books.SetHeir(to, nil); err != nil {
		if errors.Is(err, actors.ErrNoProc) {
			return nil
		}
		return err
	}
	o.custody.From(ctx).Tell(bequeathed{})
	return nil
}

// Receive handles one message. What comes before the table waits for it.
func (o *owner) Receive(ctx *actors.Context[message], m message) error {
	if t, ok := m.(inherited); ok {
		return o.inherit(ctx, transfer(t))
	}
	if o.books == nil {
		ctx.Stash()
		return nil
	}
	switch m := m.(type) {
	case write:
		return o.write(ctx, m)
	case seal:
		b := o.last()
		e := b.edit(ctx.PID().Incarnation())
		e.readOnly = m.on
		if err := o.publish(b, e.done()); err != nil {
			return err
		}
		m.reply.Send(answer{})
	case ended:
		return o.ended(ctx, m)
	case heir:
		return o.bequeath(ctx, m.to)
	default:
		return &actors.UnknownMessageError{Message: m}
	}
	return nil
}

// inherit takes over from the last owner, and watches everybody anew: who has ended meanwhile is heard of at once.
func (o *owner) inherit(ctx *actors.Context[message], t transfer) error {
	o.books = t.Table
	o.watchAll(ctx)
	if to, ok := t.Data.(receiver); ok {
		if err := o.bequeath(ctx, to); err != nil {
			return err
		}
	}
	ctx.Unstash()
	return nil
}

func (o *owner) last() *book {
	b, _, _ := o.books.Lookup(struct{}{}) // ours, so it is there
	return b
}

// publish is the commit.
func (o *owner) publish(last, next *book) error {
	if next == last {
		return nil
	}
	return o.books.Put(struct{}{}, next)
}

func (o *owner) write(ctx *actors.Context[message], w write) error {
	last := o.last()
	if last.readOnly && !w.always {
		w.reply.Fail(registry.ErrReadOnly)
		return nil
	}
	next, results, err := last.batch(w.mode, w.ops, rules{o.spec.Types, o.spec.MaxRows, ctx.Now(), ctx.PID().Incarnation()})
	if err := o.publish(last, next); err != nil {
		return err
	}
	for _, c := range next.changes(last) {
		if c.Before != nil {
			o.unwatch(registry.IDOf(c.Before), c.Before.Handle)
		}
		if c.After != nil {
			o.watch(ctx, entry{id: registry.IDOf(c.After), full: c.After})
		}
	}
	w.reply.Send(answer{results, err})
	return nil
}

// ended takes a process out of all its rows.
func (o *owner) ended(ctx *actors.Context[message], m ended) error {
	l := o.held[m.PID]
	if l == nil {
		return nil
	}
	delete(o.held, m.PID)
	last := o.last()
	e := last.edit(ctx.PID().Incarnation())
	for _, id := range l.ids {
		if old, ok := e.get(id); ok && old.full.Handle == m.PID {
			e.remove(id)
		}
	}
	return o.publish(last, e.done())
}

func (o *owner) watchAll(ctx *actors.Context[message]) {
	for e := range o.last().from(registry.ID{}) {
		o.watch(ctx, e)
	}
}

func (o *owner) watch(ctx *actors.Context[message], e entry) {
	pid, ok := e.full.Handle.(actors.PID)
	if !ok {
		return
	}
	l := o.held[pid]
	if l == nil {
		l = &life{monitor: ctx.Monitor(pid, func(d actors.Down) message {
			d.PID = pid // the zero PID is told as nobody's
			return ended(d)
		})}
		o.held[pid] = l
	}
	if !slices.Contains(l.ids, e.id) {
		l.ids = append(l.ids, e.id)
	}
}

func (o *owner) unwatch(id registry.ID, h any) {
	pid, ok := h.(actors.PID)
	if l := o.held[pid]; ok && l != nil {
		if l.ids = slices.DeleteFunc(l.ids, func(other registry.ID) bool { return other == id }); len(l.ids) == 0 {
			l.monitor.Stop()
			delete(o.held, pid)
		}
	}
}

// Inspect shows the figures.
func (o *owner) Inspect() any {
	if o.books == nil {
		return "waits for its table"
	}
	b := o.last()
	return map[string]any{"rows": b.len(), "version": b.version, "read_only": b.readOnly}
}
