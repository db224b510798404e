// SPDX-License-Identifier: Apache-2.0

package market

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
)

// Notices returns the notices of an auction behind a number, from its journal: 0 is all of them. It needs no process.
func (x *Exchange) Notices(ctx context.Context, id string, after uint64) ([]Notice, error) {
	if _, err := x.fold(ctx, id); err != nil {
		return nil, err
	}
	var n noticer
	if err := x.o.Journal.Read(ctx, x.o.Auctions+id, 0, n.replay); err != nil {
		return nil, err
	}
	return n.list[min(after, uint64(len(n.list))):], nil
}

// subscription is somebody who is told of an auction. It belongs to the exchange, as criers come and go.
type subscription struct {
	auction string
	seq     atomic.Uint64 // of what was told last
	tell    func(Notice)
}

// subscribers are those of all auctions.
type subscribers struct {
	some atomic.Int64 // how many there are
	mu   struct {
		sync.Mutex
		of map[string][]*subscription
	}
}

func (s *subscribers) add(sub *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.of == nil {
		s.mu.of = map[string][]*subscription{}
	}
	s.mu.of[sub.auction] = append(s.mu.of[sub.auction], sub)
	s.some.Add(1)
}

func (s *subscribers) remove(sub *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.mu.of[sub.auction]
	i := slices.Index(list, sub)
	if i < 0 {
		return
	}
	if list = slices.Delete(slices.Clone(list), i, i+1); len(list) == 0 {
		delete(s.mu.of, sub.auction)
	} else {
		s.mu.of[sub.auction] = list
	}
	s.some.Add(-1)
}

// to returns the subscribers of an auction; the slice is not changed any more.
func (s *subscribers) to(id string) []*subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clip(s.mu.of[id])
}

// auctions returns all that somebody has subscribed to.
func (s *subscribers) auctions() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []string
	for id := range s.mu.of { // sorted below
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Subscribe tells a process what bidders hear of an auction, from the notice behind a number on: 0 is from the beginning. Notices come in their
// order, each at least once; one whose number is not higher than the last one's is a repetition. Whoever has crashed subscribes again with the
// last number that it has dealt with. The subscription ends with the process, or with cancel.
func Subscribe[M any](c *actors.Context[M], x *Exchange, id string, after uint64, as func(Notice) M) (cancel func(), err error) {
	self := c.Self()
	s := &subscription{auction: id, tell: func(n Notice) { self.Tell(as(n)) }}
	s.seq.Store(after)
	forget, err := actors.AtEnd(c, func(actors.Reason) { x.subs.remove(s) })
	if err != nil {
		return nil, err
	}
	x.subs.add(s)
	x.crier.ref.Tell(crierWake{id})
	return func() { forget(); x.subs.remove(s) }, nil
}

// wake has the crier look at an auction, if anybody wants to hear of it.
func (x *Exchange) wake(id string) {
	if x.subs.some.Load() > 0 && len(x.subs.to(id)) > 0 {
		x.crier.ref.Tell(crierWake{id})
	}
}

// crierMessage is what the process takes that tells subscribers.
type crierMessage interface{ crier() }

type (
	crierBegin struct{}            // everybody may have missed something
	crierWake  struct{ id string } // an auction has news, or a new subscriber
)

func (crierBegin) crier() {}
func (crierWake) crier()  {}

// crier is one incarnation of the process that tells subscribers what the journals have. It holds nothing that cannot be read again.
type crier struct {
	x     *Exchange
	known map[string]*noticer // as far as they were read
}

// Init publishes who lives, and tells what was missed.
func (c *crier) Init(ctx *actors.Context[crierMessage]) error {
	pid := ctx.PID()
	c.x.crier.pid.Store(&pid)
	ctx.Continue(crierBegin{})
	return nil
}

// crierPause is the wait before a journal is read again that did not answer.
const crierPause = 100 * time.Millisecond

// Receive tells what there is to be told.
func (c *crier) Receive(ctx *actors.Context[crierMessage], msg crierMessage) error {
	switch m := msg.(type) {
	case crierBegin:
		for _, id := range c.x.subs.auctions() {
			c.tell(ctx, id)
		}
	case crierWake:
		c.tell(ctx, m.id)
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
	return nil
}

// tell reads on in the journal of an auction and gives each subscriber what it has not had.
func (c *crier) tell(ctx *actors.Context[crierMessage], id string) {
	subs := c.x.subs.to(id)
	if len(subs) == 0 {
		delete(c.known, id)
		return
	}
	n := c.known[id]
	if n == nil {
		n = &noticer{}
		c.known[id] = n
	}
	if err := c.x.o.Journal.Read(ctx, c.x.o.Auctions+id, n.version, n.replay); err != nil {
		delete(c.known, id) // it may have stopped in the middle
		ctx.After(crierPause, crierWake{id})
		return
	}
	for _, s := range subs {
		for _, w := range n.list[min(s.seq.Load(), uint64(len(n.list))):] {
			s.tell(w)
			s.seq.Store(w.Seq)
		}
	}
	if n.m != nil && n.m.State().Terminal() {
		delete(c.known, id) // there is no more; a late subscriber has it read again
	}
}
