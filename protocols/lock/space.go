// SPDX-License-Identifier: Apache-2.0

package lock

import (
	"cmp"
	"slices"
	"time"
)

// Options set up a space. The zero value works.
type Options struct {
	// MaxQueue is how many requests may wait for one name; 0 means 16,384.
	MaxQueue int `json:"max_queue"`
	// Ageing is what one class is worth: a request waits as if it had come that much earlier; 0 means one second.
	Ageing time.Duration `json:"ageing"`
}

func (o Options) withDefaults() Options {
	o.MaxQueue = cmp.Or(o.MaxQueue, 16384)
	o.Ageing = cmp.Or(o.Ageing, time.Second)
	return o
}

// Space is a set of locks, read-write locks and semaphores by name, within which deadlocks are found. It is made with New and belongs to one
// owner, who gives it the time with each step; times must not fall. The effects that a step returns are the owner's until the next step.
type Space struct {
	o        Options
	epoch    uint32
	seq      uint64 // of the last token
	arrivals uint64
	names    map[string]*object
	claims   map[string]*claim   // by id
	owners   map[string][]*claim // each in the order of arrival
	ends     ends
	spare    spare
	blind    bool // deadlocks are let happen: for tests

	reordered bool // somebody waits for others than when it came; see Reordered
}

// object is one name.
type object struct {
	name      string
	semaphore bool
	size      int      // permits
	used      int      // of them
	holders   []*claim // in the order of their grants
	queue     []*claim // writers that wait, or whoever waits for permits
	readers   []*claim // that wait
	after     Mode     // of those who held it last
}

func (o *object) written() bool { return len(o.holders) > 0 && o.holders[0].Mode == Exclusive }

// New makes a space whose tokens are of epoch 1.
func New(o Options) *Space {
	return &Space{o: o.withDefaults(), epoch: 1, names: map[string]*object{}, claims: map[string]*claim{}, owners: map[string][]*claim{}}
}

// Rebuilt says that the space was restored in a store of another life: later tokens are of a greater epoch, at least atLeast.
func (s *Space) Rebuilt(atLeast uint32) {
	s.epoch = max(s.epoch+1, atLeast)
	s.seq = 0
}

// Epoch is that of the tokens given now.
func (s *Space) Epoch() uint32 { return s.epoch }

// Acquire takes a request. It is granted or refused among the effects, or waits and is so in a later step. A request that is known already is
// answered again: granted if it is held, and nothing if it waits.
func (s *Space) Acquire(now time.Time, r Request) []Effect {
	out := s.begin(now)
	refuse := func(err error) []Effect {
		return append(out, Effect{Kind: Refused, ID: r.ID, Name: r.Name, Owner: r.Owner, Mode: r.Mode, Err: err})
	}
	if err := r.validate(); err != nil {
		return refuse(err)
	}
	if r.Mode == Permits {
		r.Permits = max(r.Permits, 1)
	}
	if c := s.claims[r.ID]; c != nil {
		switch {
		case c.Name != r.Name || c.Owner != r.Owner || c.Request.Permits != r.Permits || (c.Mode != r.Mode && !c.Weaker):
			return refuse(ErrConflict)
		case c.held():
			return append(out, c.effect(Granted, nil))
		default:
			return out
		}
	}
	o := s.names[r.Name]
	if o == nil {
		if r.Mode == Permits && r.Size == 0 {
			return refuse(&RequestError{Name: r.Name, Field: "size", Reason: "the semaphore has no size yet"})
		}
		o = s.spare.object()
		o.name, o.semaphore, o.size, o.after = r.Name, r.Mode == Permits, r.Size, Shared
		s.names[r.Name] = o
	}
	s.arrivals++
	c := s.spare.claim()
	*c = claim{Request: r, Seq: s.arrivals, Came: now, Virtual: now.Add(-time.Duration(r.Class) * s.o.Ageing), Count: r.Permits}
	token, ok, err := s.admissible(o, c)
	if err != nil {
		s.forget(o)
		return refuse(err)
	}
	s.claims[c.ID] = c
	mine, known := s.owners[c.Owner]
	if !known {
		mine = s.spare.list()
	}
	s.owners[c.Owner] = append(mine, c)
	if ok {
		return append(out, s.grant(o, c, now, token))
	}
	if r.Wait > 0 {
		s.end(c, now.Add(r.Wait))
	}
	if c.Mode == Shared {
		o.readers = append(o.readers, c)
	} else {
		at, _ := slices.BinarySearchFunc(o.queue, c, (*claim).before)
		o.queue = slices.Insert(o.queue, at, c)
	}
	if o.semaphore {
		return s.pump(out, o, now) // its class may have put it first, and it may fit where the first did not
	}
	if len(s.owners[c.Owner]) > 1 && !s.blind { // who has nothing else stands in nobody's way that was not blocked before
		if cycle := s.cycle(c.Owner); cycle != nil {
			out = append(out, s.refuse(c, now, &DeadlockError{Cycle: edges(cycle, c)}))
			return s.pump(out, o, now)
		}
	}
	if len(o.queue) > 1 && o.queue[0] == c {
		out = append(out, s.untangle(o.name, now)...)
	}
	return out
}

// admissible judges a new request: whether it is granted at once, with the token of the claim that it joins, or why it is refused.
func (s *Space) admissible(o *object, c *claim) (joined Token, ok bool, err error) {
	if o.semaphore != (c.Mode == Permits) {
		return Token{}, false, &RequestError{Name: c.Name, Field: "mode", Reason: "the name is of another kind"}
	}
	waiting := len(o.queue) + len(o.readers)
	switch {
	case c.Mode == Permits:
		if c.Count > o.size {
			return Token{}, false, &RequestError{Name: c.Name, Field: "permits", Reason: "more than there are"}
		}
		ok = waiting == 0 && o.used+c.Count <= o.size
	default:
		if at := slices.IndexFunc(o.holders, func(h *claim) bool { return h.Owner == c.Owner }); at >= 0 {
			h := o.holders[at]
			if c.Mode == Exclusive && h.Mode == Shared {
				return Token{}, false, ErrUpgrade
			}
			if c.Reentrant {
				c.Mode, c.Weaker = h.Mode, h.Mode != c.Mode
				return h.Token, true, nil
			}
		}
		ok = len(o.holders) == 0 && waiting == 0 || c.Mode == Shared && !o.written() && len(o.queue) == 0
	}
	switch {
	case ok:
	case c.Try:
		err = ErrHeld
	case waiting >= s.o.MaxQueue:
		err = ErrQueueFull
	}
	return Token{}, ok, err
}

// grant makes c a holder, under the token of the claim that it joins or a new one.
func (s *Space) grant(o *object, c *claim, now time.Time, joined Token) Effect {
	if joined.IsZero() {
		s.seq++
		joined = Token{s.epoch, s.seq}
	}
	c.Token = joined
	o.holders = append(o.holders, c)
	o.used += c.Count
	s.lease(c, now, c.TTL)
	e := c.effect(Granted, nil)
	e.Waited = now.Sub(c.Came)
	return e
}

func (s *Space) lease(c *claim, now time.Time, ttl time.Duration) {
	c.Lease = ttl
	if ttl > 0 {
		s.end(c, now.Add(ttl))
	} else {
		s.end(c, time.Time{})
	}
}

// pump grants whatever can be granted of one name, and adds that to out.
func (s *Space) pump(out []Effect, o *object, now time.Time) []Effect {
	switch {
	case o.semaphore:
		for len(o.queue) > 0 && o.used+o.queue[0].Count <= o.size {
			out = append(out, s.next(o, now))
		}
	case o.written():
	case len(o.holders) > 0: // readers
		if len(o.queue) == 0 {
			out = s.admit(out, o, now)
		}
	case len(o.readers) > 0 && (o.after == Exclusive || len(o.queue) == 0):
		out = s.admit(out, o, now)
	case len(o.queue) > 0:
		out = append(out, s.next(o, now))
	}
	s.forget(o)
	return out
}

// next grants to the first in the queue.
func (s *Space) next(o *object, now time.Time) Effect {
	c := o.queue[0]
	o.queue = without(o.queue, c)
	return s.grant(o, c, now, Token{})
}

// admit grants to all readers that wait, as one batch.
func (s *Space) admit(out []Effect, o *object, now time.Time) []Effect {
	batch := o.readers
	o.readers = nil
	for _, c := range batch {
		out = append(out, s.grant(o, c, now, Token{}))
	}
	return out
}

// forget drops a lock that nobody holds or waits for. Semaphores stay: they have a size.
func (s *Space) forget(o *object) {
	if !o.semaphore && len(o.holders)+len(o.queue)+len(o.readers) == 0 {
		delete(s.names, o.name)
		s.spare.keepObject(o)
	}
}

// remove takes a claim out of the space, wherever it stands.
func (s *Space) remove(c *claim) *object {
	s.end(c, time.Time{})
	delete(s.claims, c.ID)
	mine := without(s.owners[c.Owner], c)
	if len(mine) > 0 {
		s.owners[c.Owner] = mine
	} else {
		delete(s.owners, c.Owner)
		s.spare.keepList(mine)
	}
	o := s.names[c.Name]
	switch {
	case c.held():
		o.holders = without(o.holders, c)
		o.used -= c.Count
		if len(o.holders) == 0 {
			o.after = c.Mode
		}
	case c.Mode == Shared:
		o.readers = without(o.readers, c)
	default:
		o.queue = without(o.queue, c)
		s.reordered = s.reordered || c.Count > o.size && o.semaphore // who is behind waits for no Resize any more
	}
	return o
}

// without is the list without c, which is in it.
func without(list []*claim, c *claim) []*claim {
	if len(list) == 1 && list[0] == c {
		list[0] = nil
		return list[:0] // its room is used again
	}
	if len(list) > 0 && list[0] == c {
		list[0] = nil
		return list[1:]
	}
	at := slices.Index(list, c)
	return slices.Delete(list, at, at+1)
}

// refuse takes a request that waits out of the space.
func (s *Space) refuse(c *claim, now time.Time, why error) Effect {
	s.remove(c)
	e := c.effect(Refused, why)
	e.Waited = now.Sub(c.Came)
	return e
}
