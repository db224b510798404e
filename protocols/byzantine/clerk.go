// SPDX-License-Identifier: Apache-2.0

package byzantine

import (
	"strconv"
	"sync"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/pbft"
	"mabeam.dev/protocols/pbft/auth"
	"mabeam.dev/protocols/pbft/wire"
)

// ledger is what a client has asked for, and outlives the clerk: a request keeps its number for ever, so that it is executed once.
type ledger struct {
	mu      sync.Mutex
	first   uint64 // number of entries[0]
	next    uint64
	entries []*asked
	byKey   map[string]*asked
	names   uint64
}

// asked is one request.
type asked struct {
	number  uint64
	key     string
	ops     [][]byte
	request *wire.Request // as it was signed
	done    *Decision
}

// keep is how many requests that are done a ledger remembers.
const keep = 1024

// unnamed returns a key that nobody else has.
func (l *ledger) unnamed() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.names++
	return "\x00" + strconv.FormatUint(l.names, 10)
}

// enter returns the request of a key, which is new if nobody has asked under it.
func (l *ledger) enter(key string, ops [][]byte) (a *asked, isNew bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a := l.byKey[key]; a != nil {
		return a, false
	}
	if l.byKey == nil {
		l.byKey = map[string]*asked{}
	}
	a = &asked{number: l.next, key: key, ops: ops}
	l.next++
	l.entries = append(l.entries, a)
	l.byKey[key] = a
	return a, true
}

// finish keeps what came of a request, and forgets old ones.
func (l *ledger) finish(number uint64, d Decision) *asked {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) == 0 || number < l.entries[0].number || number >= l.next {
		return nil
	}
	a := l.entries[number-l.entries[0].number]
	if a.done != nil {
		return nil
	}
	a.done = &d
	for len(l.entries) > keep && l.entries[0].done != nil {
		delete(l.byKey, l.entries[0].key)
		l.entries = l.entries[1:]
	}
	return a
}

// decision returns what came of a request, if something has.
func (l *ledger) decision(a *asked) (Decision, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.done == nil {
		return Decision{}, false
	}
	return *a.done, true
}

// signed keeps a request as it was signed.
func (l *ledger) signed(r *wire.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) > 0 && r.Seq >= l.entries[0].number && r.Seq < l.next {
		l.entries[r.Seq-l.entries[0].number].request = r
	}
}

// requests returns what the client has signed, in order.
func (l *ledger) requests() (out []*wire.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, a := range l.entries {
		if a.request != nil {
			out = append(out, a.request)
		}
	}
	return out
}

// open returns the requests from the first on that is not done.
func (l *ledger) open() (first uint64, rest []*asked) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, a := range l.entries {
		if a.done == nil {
			return a.number, append([]*asked(nil), l.entries[i:]...)
		}
	}
	return l.next, nil
}

// clerk runs the machines of all clients of a group. What it knows besides is in the ledgers.
type clerk struct {
	g       *Group
	clients []*pbft.Client
	check   *auth.Verifier
	timers  []actors.Timer
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
	for i, l := range k.g.clients {
		keys, err := k.g.h.o.Keys.Client(k.g.cfg, wire.Client(i))
		if err != nil {
			return err
		}
		if i == 0 {
			k.check = auth.NewVerifier(k.g.cfg, keys, 0)
		}
		options := k.g.h.o.Client
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
		k.submit(ctx, m)
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

func (k *clerk) submit(ctx *actors.Context[message], m submit) {
	w := &errand{len(m.asks), make([]Decision, len(m.asks)), m.reply}
	for i, ask := range m.asks {
		l := k.g.clients[ask.Client]
		a, isNew := l.enter(ask.Key, ask.Ops)
		if d, ok := l.decision(a); ok {
			w.hear(i, d)
			continue
		}
		k.waiting[a] = append(k.waiting[a], waiter{w, i})
		if isNew {
			k.do(ctx, ask.Client, k.clients[ask.Client].Step(pbft.Submit{Now: ctx.Now(), Ops: ask.Ops}))
		}
	}
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
