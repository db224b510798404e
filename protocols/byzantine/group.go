// SPDX-License-Identifier: Apache-2.0

package byzantine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/protocols/pbft"
	"mabeam.dev/protocols/pbft/wire"
	"mabeam.dev/supervision"
)

// Group is the handle of one group: its replicas, and the clerk who asks in its clients' names. It outlives their processes.
type Group struct {
	h        *Host
	spec     Spec
	cfg      *wire.Config
	seats    []*seat
	clerk    place
	starting atomic.Bool
	clients  []*ledger // by client; the clerk's, between two of its lives
	asked    VoteLog   // what the ledgers are made from in another program
	mu       struct {
		sync.Mutex
		pid     actors.PID // of the group's supervisor
		ended   bool
		halted  error
		accused []Accusation
		known   map[string]bool // what has been reported
	}
}

// place is where a process of a group lives now.
type place struct {
	pid atomic.Pointer[actors.PID]
	ref actors.Ref[message]
}

// seat is one member's place, and what outlives its replica.
type seat struct {
	place
	log    VoteLog
	status atomic.Pointer[pbft.Status]
}

// Accusation is evidence against a member, which anybody can verify with the group's configuration.
type Accusation struct {
	Agent    string // whom it convicts
	Kind     string // in words, such as pbft.KindTwoVotes
	Evidence []byte // see pbft.DecodeEvidence
}

func newGroup(h *Host, s Spec, c *wire.Config) *Group {
	g := &Group{h: h, spec: s, cfg: c, asked: s.Votes.Log(c.Group, Clerk)}
	g.mu.known = map[string]bool{}
	sys := h.sys.Load()
	settle := func(p *place, name string) {
		p.ref = actors.ResolvedIn[message](sys, s.ID+"/"+name, func() actors.PID {
			if pid := p.pid.Load(); pid != nil {
				return *pid
			}
			return actors.PID{}
		})
	}
	for i := range c.Members {
		t := &seat{log: s.Votes.Log(c.Group, i)}
		settle(&t.place, c.Members[i].Name)
		g.seats = append(g.seats, t)
	}
	for range c.Clients {
		g.clients = append(g.clients, &ledger{next: 1})
	}
	settle(&g.clerk, "clerk")
	return g
}

// Config returns the group's configuration, which is all that is needed to verify what it has decided. It must not be changed.
func (g *Group) Config() *wire.Config { return g.cfg }

// restarts that a group of processes stands before it is started anew as a whole.
var restarts = supervision.Intensity{Max: 1000, Within: 10 * time.Second}

// begin starts the processes. A group that lives is not started twice, whoever asked for it.
func (g *Group) begin(in actors.Spawner) (actors.PID, error) {
	g.mu.Lock()
	if g.mu.ended || g.mu.pid.Alive() {
		g.mu.Unlock()
		return actors.PID{}, actors.ErrIgnore
	}
	g.mu.Unlock()
	var children []supervision.Child
	for i := range g.seats {
		children = append(children, supervision.Worker(g.cfg.Members[i].Name, func() actors.Behavior[message] { return &replica{g: g, seat: g.seats[i], me: wire.Member(i)} },
			actors.Kind("byzantine.replica"), actors.MailboxSize(g.h.o.Mailbox)))
	}
	children = append(children, supervision.Worker("clerk", func() actors.Behavior[message] { return &clerk{g: g} }, actors.Kind("byzantine.clerk"), actors.MailboxSize(4*g.h.o.Mailbox)))
	for i := range children {
		children[i].Shutdown = supervision.After(time.Second)
	}
	pid, err := supervision.Sub("group", supervision.Spec{Intensity: restarts, Children: children}).Start(in, nil)
	if err != nil {
		return pid, err
	}
	g.mu.Lock()
	g.mu.pid = pid
	ended := g.mu.ended
	g.mu.Unlock()
	if ended { // meanwhile, and nobody else knows of the process
		pid.Stop()
	}
	return pid, nil
}

// running returns when the group's processes have been started.
func (g *Group) running(ctx context.Context) error {
	sys := g.h.sys.Load()
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		g.mu.Lock()
		alive, ended, halted := g.mu.pid.Alive(), g.mu.ended, g.mu.halted
		g.mu.Unlock()
		switch {
		case halted != nil:
			return halted
		case ended:
			return fmt.Errorf("byzantine: group %q: %w", g.spec.ID, ErrEnded)
		case alive:
			return nil
		}
		if err := g.start(ctx); err == nil {
			continue
		} else if ctx.Err() != nil {
			return fmt.Errorf("byzantine: start group %q: %w", g.spec.ID, err)
		}
		if err := sys.Sleep(ctx, pause); err != nil {
			return fmt.Errorf("byzantine: start group %q: %w", g.spec.ID, err)
		}
	}
}

// start has the supervisor start the processes, unless somebody else is about to.
func (g *Group) start(ctx context.Context) error {
	sup := g.h.sup.Load()
	if sup == nil || !g.starting.CompareAndSwap(false, true) {
		return ErrDown
	}
	defer g.starting.Store(false)
	_, err := sup.StartDynamic(ctx, g)
	return err
}

// end ends the processes without waiting for them.
func (g *Group) end() {
	g.mu.Lock()
	g.mu.ended = true
	pid := g.mu.pid
	g.mu.Unlock()
	pid.Stop() // nobody waits for it
}

// Decision is a request that the group has decided, with the proof.
type Decision struct {
	Request     *wire.Request
	Results     [][]byte // one for each operation
	Certificate *pbft.Certificate
}

// Ask is what a client asks for: operations, all or none, in their order.
type Ask struct {
	Client int
	// Key stands for one request of the client, for ever; empty stands for nothing, so that it is another request each time.
	Key string
	Ops [][]byte
}

// Submit has a client ask for operations, and returns when the group has decided them. What is asked twice under one key is one request, also when the
// clerk has crashed meanwhile. The error is ErrEnded, ErrHalted, the cause of ctx, or pbft.ErrRefused for what no honest member would order.
func (g *Group) Submit(ctx context.Context, client int, key string, ops ...[]byte) (Decision, error) {
	all, err := g.SubmitAll(ctx, []Ask{{client, key, ops}})
	if err != nil {
		return Decision{}, err
	}
	return all[0], nil
}

// SubmitAll is Submit for several requests at once, of whichever clients. It returns when all are decided.
func (g *Group) SubmitAll(ctx context.Context, asks []Ask) ([]Decision, error) {
	asks = slices.Clone(asks)
	for i, a := range asks {
		if a.Client < 0 || a.Client >= len(g.cfg.Clients) || len(a.Ops) == 0 {
			return nil, fmt.Errorf("byzantine: group %q: %d operations of client %d: %w", g.spec.ID, len(a.Ops), a.Client, ErrInvalid)
		}
		if a.Key == "" {
			asks[i].Key = g.clients[a.Client].unnamed()
		}
	}
	if len(asks) == 0 {
		return nil, nil
	}
	sys := g.h.sys.Load()
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		if err := g.running(ctx); err != nil {
			return nil, err
		}
		all, err := actors.CallForever(ctx, g.clerk.ref, func(reply actors.Reply[[]Decision]) message { return submit{asks, reply} })
		var died *actors.CallError
		if err == nil || ctx.Err() != nil || !errors.As(err, &died) && !errors.Is(err, actors.ErrNoProc) && !errors.Is(err, actors.ErrMailboxFull) {
			return all, err
		}
		if err := sys.Sleep(ctx, pause); err != nil { // the clerk is on its way back
			return nil, err
		}
	}
}

// Requests returns what a client has signed, in order: all that is not decided, and some of what is.
func (g *Group) Requests(client int) []*wire.Request { return g.clients[client].requests() }

// hops is how far word of a lie travels: request, proposal, vote, exhibit, comparison, and one to spare.
const hops = 6

// Settle returns when everything that members have said so far, and what others say to that, has been heard by all who live.
func (g *Group) Settle(ctx context.Context) error {
	for range hops {
		for _, t := range g.seats {
			_, err := actors.Call(ctx, t.ref, func(reply actors.Reply[struct{}]) message { return heard{reply} })
			if err != nil && ctx.Err() != nil {
				return err
			}
		}
	}
	return nil
}

// Accused returns the evidence so far, in the order in which it was found.
func (g *Group) Accused() []Accusation {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]Accusation(nil), g.mu.accused...)
}

// Accuse adds evidence that was found elsewhere. It comes once for each kind and agent.
func (g *Group) Accuse(a Accusation) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if key := a.Kind + "/" + a.Agent; !g.mu.known[key] {
		g.mu.known[key] = true
		g.mu.accused = append(g.mu.accused, a)
		return true
	}
	return false
}

// halt notes that the group is not safe any more.
func (g *Group) halt(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.mu.halted == nil {
		g.mu.halted = fmt.Errorf("byzantine: group %q: %w: %w", g.spec.ID, ErrHalted, err)
	}
}

// Status returns what each member's replica last said of itself; the zero value for one that has said nothing.
func (g *Group) Status() []pbft.Status {
	out := make([]pbft.Status, len(g.seats))
	for i, t := range g.seats {
		if s := t.status.Load(); s != nil {
			out[i] = *s
		}
	}
	return out
}
