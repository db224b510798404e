// SPDX-License-Identifier: Apache-2.0

package lock

import (
	"time"
)

// Release gives back the claim of a request, which the owner shows by its token. ErrNotHolder if the claim is another owner's, or was never
// held; *StaleTokenError if it is held no longer.
func (s *Space) Release(now time.Time, owner, id, name string, token Token) ([]Effect, error) {
	out := s.begin(now)
	c, err := s.holding(owner, id, name, token)
	if err != nil {
		return out, err
	}
	o := s.remove(c)
	e := c.effect(Released, nil)
	e.Until = time.Time{}
	s.spare.keepClaim(c)
	return s.pump(append(out, e), o, now), nil
}

// Renew makes the lease of a claim end ttl from now; 0 means that it ends no more by itself. Errors are those of Release.
func (s *Space) Renew(now time.Time, owner, id, name string, token Token, ttl time.Duration) ([]Effect, error) {
	out := s.Tick(now)
	if ttl < 0 {
		return out, &RequestError{Name: name, Field: "ttl", Reason: "negative"}
	}
	c, err := s.holding(owner, id, name, token)
	if err != nil {
		return out, err
	}
	s.lease(c, now, ttl)
	return append(out, c.effect(Renewed, nil)), nil
}

// Downgrade makes the writer a reader under the same token, with all of its claims of the name, and lets all readers in that wait: nobody writes
// in between. Errors are those of Release, and *RequestError for permits.
func (s *Space) Downgrade(now time.Time, owner, id, name string, token Token) ([]Effect, error) {
	out := s.Tick(now)
	c, err := s.holding(owner, id, name, token)
	if err != nil {
		return out, err
	}
	if c.Mode == Permits {
		return out, &RequestError{Name: name, Field: "mode", Reason: "permits cannot be downgraded"}
	}
	o := s.names[c.Name]
	if !o.written() {
		return append(out, c.effect(Downgraded, nil)), nil
	}
	for _, h := range o.holders {
		h.Mode, h.Weaker = Shared, true
	}
	out = append(out, c.effect(Downgraded, nil))
	return s.admit(out, o, now), nil
}

// holding finds a claim that is held.
func (s *Space) holding(owner, id, name string, token Token) (*claim, error) {
	if c := s.claims[id]; c != nil && c.held() && c.Name == name {
		if c.Owner != owner || c.Token != token {
			return nil, ErrNotHolder
		}
		return c, nil
	}
	if last := (Token{s.epoch, s.seq}); !token.IsZero() && token.Compare(last) <= 0 {
		have := last
		if o := s.names[name]; o != nil && len(o.holders) > 0 {
			have = o.holders[len(o.holders)-1].Token
		}
		if token.Compare(have) < 0 {
			return nil, &StaleTokenError{Have: have, Got: token}
		}
	}
	return nil, ErrNotHolder
}

// Cancel takes a request back: one that waits leaves the queue, one that is held already is released. An unknown one changes nothing.
func (s *Space) Cancel(now time.Time, id string) []Effect {
	out := s.Tick(now)
	c := s.claims[id]
	if c == nil {
		return out
	}
	if c.held() {
		o := s.remove(c)
		return s.pump(append(out, c.effect(Released, nil)), o, now)
	}
	out = append(out, s.refuse(c, now, ErrCancelled))
	return append(out, s.after([]*claim{c}, now)...)
}

// Down ends everything of an owner that has ended: its claims are lost, its requests leave their queues.
func (s *Space) Down(now time.Time, owner string) []Effect {
	out := s.Tick(now)
	mine := append([]*claim(nil), s.owners[owner]...)
	for _, c := range mine { // all first, so that nothing is granted to the dead
		out = append(out, s.over(c, now, ErrSessionLost))
	}
	return append(out, s.after(mine, now)...)
}

// untangle is after another writer has become the first in a queue: readers wait for it now, and the second for them. Either may close a cycle.
func (s *Space) untangle(name string, now time.Time) (out []Effect) {
	for !s.blind {
		o := s.names[name]
		if o == nil || len(o.queue) == 0 || len(o.readers) == 0 {
			return out
		}
		s.reordered = true
		cycle := s.cycle(o.queue[0].Owner)
		if cycle == nil && len(o.queue) > 1 {
			cycle = s.cycle(o.queue[1].Owner)
		}
		if cycle == nil {
			return out
		}
		victim := youngest(cycle)
		out = append(out, s.refuse(victim, now, &DeadlockError{Cycle: edges(cycle, victim)}))
		out = append(out, s.after([]*claim{victim}, now)...)
	}
	return out
}

// Resize gives a semaphore another number of permits, and makes it if the name is none yet. Shrinking revokes nothing: the permits that are
// too many are gone when they come back.
func (s *Space) Resize(now time.Time, name string, size int) ([]Effect, error) {
	out := s.Tick(now)
	o := s.names[name]
	switch {
	case name == "":
		return out, &RequestError{Name: name, Field: "name", Reason: "empty"}
	case size < 1:
		return out, &RequestError{Name: name, Field: "size", Reason: "less than one"}
	case o == nil:
		o = &object{name: name, semaphore: true}
		s.names[name] = o
	case !o.semaphore:
		return out, &RequestError{Name: name, Field: "mode", Reason: "the name is of another kind"}
	}
	o.size = size
	return s.pump(append(out, Effect{Kind: Resized, Name: name, Mode: Permits}), o, now), nil
}

// Tick lets time pass: requests that waited long enough are refused, leases that ran out are lost. Every other step begins with it.
func (s *Space) Tick(now time.Time) (out []Effect) {
	for len(s.ends) > 0 && !s.ends[0].Until.After(now) {
		out = append(out, s.due(s.ends[0].Until, now)...)
	}
	return out
}

// begin is Tick for a step that adds its own effects: to those of the time that has passed, or to memory that is used again.
func (s *Space) begin(now time.Time) []Effect {
	if out := s.Tick(now); out != nil {
		return out
	}
	return s.spare.effects[:0]
}

// due ends what ends at one moment, and then lets others go on.
func (s *Space) due(at, now time.Time) (out []Effect) {
	var over []*claim
	for len(s.ends) > 0 && s.ends[0].Until.Equal(at) {
		over = append(over, s.ends[0])
		out = append(out, s.over(s.ends[0], at, ErrTimeout))
	}
	return append(out, s.after(over, now)...)
}

// over takes out what has ended by itself: refused with why if it waited, and lost if it was held.
func (s *Space) over(c *claim, now time.Time, why error) Effect {
	if !c.held() {
		return s.refuse(c, now, why)
	}
	e := c.effect(Lost, ErrSessionLost)
	s.remove(c)
	return e
}

// after lets others go on where claims have left, and only then looks for cycles.
func (s *Space) after(left []*claim, now time.Time) (out []Effect) {
	for _, c := range left {
		if o := s.names[c.Name]; o != nil {
			out = s.pump(out, o, now)
		}
	}
	for _, c := range left {
		if !c.held() && c.Mode == Exclusive {
			out = append(out, s.untangle(c.Name, now)...)
		}
	}
	return out
}

// Next is when Tick has something to do; ok is false if nothing has an end.
func (s *Space) Next() (at time.Time, ok bool) {
	if len(s.ends) == 0 {
		return time.Time{}, false
	}
	return s.ends[0].Until, true
}
