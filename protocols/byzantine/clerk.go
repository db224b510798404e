// SPDX-License-Identifier: Apache-2.0

package byzantine

import (
	"fmt"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/pbft"
	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// clerk runs the machines of all clients of a group. What it knows besides is in the ledgers.
type clerk struct {
	g       *Group
	clients []*pbft.Client
	check   *auth.Verifier
	timers  []actors.Timer
	pen     Pen
	app     pbft.App                   // knows what can be asked for
	sent    []map[uint64]*wire.Request // by client and number, until they are decided
	waiting map[*asked][]waiter
}

// errand is somebody who waits for decisions.
type errand struct {
	open  int // how many are missing
	done  []Decision
	reply actors.Reply[[]Decision]
}

// waiter is one place of an errand.
type waiter struct {
	*errand
	i int
}

// hear takes in number i.
func (w *errand) hear(i int, d Decision) {
	w.done[i] = d
	if w.open--; w.open == 0 {
		w.reply.Send(w.done)
	}
}

// Init makes the clients again, each where it was.
func (k *clerk) Init(ctx *actors.Context[message]) error {
	k.waiting = map[*asked][]waiter{}
	k.check = auth.NewVerifier(k.g.cfg, auth.Public(k.g.cfg), 0)
	k.timers = make([]actors.Timer, len(k.g.clients))
	records, _, pen, err := k.g.asked.Open(ctx)
	if err != nil {
		return err
	}
	missing, err := restoreAll(k.g.clients, records)
	if err == nil {
		err = pen.Write(ctx, false, missing)
	}
	if err != nil {
		return err
	}
	k.pen, k.app = pen, k.g.spec.App()
	for i, l := range k.g.clients {
		keys, err := k.g.h.o.Keys.Client(k.g.cfg, wire.Client(i))
		if err != nil {
			return err
		}
		if i == 0 {
			k.check = auth.NewVerifier(k.g.cfg, keys, 0)
		}
		_, options := k.g.h.o.patience(k.g.cfg.N())
		options.First, _ = l.open()
		c, err := pbft.NewClient(k.g.cfg, wire.Client(i), options, keys)
		if err != nil {
			return err
		}
		k.clients = append(k.clients, c)
		k.sent = append(k.sent, map[uint64]*wire.Request{})
	}
	pid := ctx.PID()
	k.g.clerk.pid.Store(&pid)
	ctx.Continue(begin{})
	return nil
}

// Receive lets something happen to a client.
func (k *clerk) Receive(ctx *actors.Context[message], m message) error {
	switch m := m.(type) {
	case begin:
		for i, l := range k.g.clients {
			_, rest := l.open()
			for _, a := range rest { // under the same numbers, and so in the same words; what is decided is answered again
				k.do(ctx, i, k.clients[i].Step(pbft.Submit{Now: ctx.Now(), Ops: a.ops}))
			}
		}
	case submit:
		return k.submit(ctx, m)
	case parcel:
		k.deliver(ctx, m.bytes)
	case fired:
		k.do(ctx, m.client, k.clients[m.client].Step(pbft.Fired{Now: ctx.Now(), Timer: m.timer, Gen: m.gen}))
	case heard:
		m.reply.Send(struct{}{})
	default:
		return &actors.UnknownMessageError{Message: m}
	}
	return nil
}

// submit asks for what has not been asked for: it is in the log, and then it is sent.
func (k *clerk) submit(ctx *actors.Context[message], m submit) error {
	for _, ask := range m.asks {
		if err := k.refuse(ask); err != nil {
			m.reply.Fail(err)
			return nil
		}
	}
	w := &errand{len(m.asks), make([]Decision, len(m.asks)), m.reply}
	var fresh []Ask
	var records [][]byte
	for i, ask := range m.asks {
		l := k.g.clients[ask.Client]
		a, isNew := l.enter(ask.Key, ask.Ops)
		if d, ok := l.decision(a); ok {
			w.hear(i, d)
			continue
		}
		k.waiting[a] = append(k.waiting[a], waiter{w, i})
		if isNew {
			fresh, records = append(fresh, ask), append(records, a.record(ask.Client))
		}
	}
	if err := k.pen.Write(ctx, false, records); err != nil {
		return err
	}
	for _, ask := range fresh {
		k.do(ctx, ask.Client, k.clients[ask.Client].Step(pbft.Submit{Now: ctx.Now(), Ops: ask.Ops}))
	}
	return nil
}

// refuse says why no honest member would order a request, so that nobody waits for it.
func (k *clerk) refuse(a Ask) error {
	m := wire.Request{Ops: a.Ops, Sig: make([]byte, 64)}
	if len(a.Ops) > wire.MaxOps || m.Size() > wire.MaxBatchBytes-4 {
		return fmt.Errorf("byzantine: group %q: %d operations of %d bytes in one request: %w", k.g.spec.ID, len(a.Ops), m.Size(), pbft.ErrRefused)
	}
	for _, op := range a.Ops {
		if err := k.app.Validate(op); err != nil {
			return fmt.Errorf("byzantine: group %q: %w: %w", k.g.spec.ID, pbft.ErrRefused, err)
		}
	}
	return nil
}

// deliver takes a reply in, if somebody waits for it.
func (k *clerk) deliver(ctx *actors.Context[message], b []byte) {
	m, err := wire.Decode(b)
	if err != nil {
		return
	}
	r, ok := m.(*wire.Reply)
	if !ok || int(r.Client) >= len(k.clients) || k.sent[r.Client][r.Number] == nil {
		return
	}
	v, err := k.check.Open(r)
	if err != nil {
		return
	}
	k.do(ctx, int(r.Client), k.clients[r.Client].Step(pbft.Deliver{Now: ctx.Now(), Msg: v}))
}

// do carries a client's effects out.
func (k *clerk) do(ctx *actors.Context[message], client int, effects []pbft.Effect) {
	keep := func(m wire.Message) []byte {
		if r, ok := m.(*wire.Request); ok {
			k.sent[client][r.Seq] = r
			k.g.clients[client].signed(r)
		}
		return wire.Encode(m)
	}
	for _, e := range effects {
		switch e := e.(type) {
		case pbft.Send:
			_ = k.g.seats[e.To].ref.From(ctx).TryTell(parcel{keep(e.Msg)}) // what is lost is said again
		case pbft.Broadcast:
			b := keep(e.Msg)
			for _, t := range k.g.seats {
				_ = t.ref.From(ctx).TryTell(parcel{b})
			}
		case pbft.SetTimer:
			k.timers[client].Cancel()
			k.timers[client] = ctx.After(e.After, fired{client, e.Timer, e.Gen})
		case pbft.StopTimer:
			k.timers[client].Cancel()
		case pbft.Done:
			req := k.sent[client][e.Number]
			delete(k.sent[client], e.Number)
			d := Decision{req, e.Results, e.Certificate}
			if a := k.g.clients[client].finish(e.Number, d); a != nil {
				for _, w := range k.waiting[a] {
					w.hear(w.i, d)
				}
				delete(k.waiting, a)
			}
		case pbft.Answer, pbft.Persist, pbft.Decide, pbft.Report, pbft.NextEpoch, pbft.Halt, pbft.Note: // of replicas
		}
	}
}
