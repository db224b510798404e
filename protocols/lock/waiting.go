// SPDX-License-Identifier: Apache-2.0

package lock

import (
	"slices"
	"time"

	"mabeam.dev/protocols/waitfor"
)

// What waits in a space is part of a graph that is larger than the space's own: permits, and whatever else its owners wait for. A space sees the cycles of
// its locks by itself, at the step that closes them; who has the larger graph looks for the others with package waitfor, and ends them with Refuse.

// Waits returns what an owner waits for, in the order of arrival, with those who must go on before. A request for more permits than there are is left
// out with all behind it: they wait for a Resize, which anybody can ask for.
func (s *Space) Waits(owner string) (all []waitfor.Wait) {
	for _, c := range s.owners[owner] {
		switch {
		case c.held():
		case c.Mode == Permits:
			all = append(all, s.short(c)...)
		default:
			w := waitfor.Wait{Who: owner, For: c.Name, ID: c.ID}
			s.blockers(c, func(b *claim) bool {
				w.All = append(w.All, b.Owner)
				return true
			})
			all = append(all, w)
		}
	}
	return all
}

// short is what is missing for a request for permits: enough for all before it and for itself, of which those come back whose owners go on. One
// that is smaller than a later one needs no wait of its own: what is enough for the later one is enough for it.
func (s *Space) short(c *claim) (all []waitfor.Wait) {
	o := s.names[c.Name]
	at := slices.Index(o.queue, c)
	shares := make([]waitfor.Share, 0, len(o.holders)+at)
	for _, h := range o.holders {
		shares = append(shares, waitfor.Share{Who: h.Owner, Units: int64(h.Count)})
	}
	held, before := len(shares), int64(o.used-o.size)
	need := make([]int64, at+1) // that must come back for each of them
	for i, q := range o.queue[:at+1] {
		if q.Count > o.size {
			return nil
		}
		before += int64(q.Count)
		need[i] = before
		if i < at {
			shares = append(shares, waitfor.Share{Who: q.Owner, Units: int64(q.Count)})
		}
	}
	largest := 0
	for i := at; i >= 0; i-- {
		if q := o.queue[i]; q.Count > largest {
			largest = q.Count
			all = append(all, waitfor.Wait{Who: c.Owner, For: c.Name, ID: c.ID, Short: need[i], Some: shares[:held+i]})
		}
	}
	return all
}

// Jumped reports whether a request for permits waits and its class has put it before others.
func (s *Space) Jumped(id string) bool {
	c := s.claims[id]
	if c == nil || c.held() || c.Mode != Permits {
		return false
	}
	queue := s.names[c.Name].queue
	return queue[len(queue)-1] != c
}

// Owned is how many claims an owner has, held or waiting.
func (s *Space) Owned(owner string) int { return len(s.owners[owner]) }

// Came is when a request came that is held or waits; false for another one.
func (s *Space) Came(id string) (at time.Time, ok bool) {
	if c := s.claims[id]; c != nil {
		return c.Came, true
	}
	return time.Time{}, false
}

// Refuse takes a request out that waits, with a reason, and lets others go on. One that does not wait changes nothing.
func (s *Space) Refuse(now time.Time, id string, why error) []Effect {
	c := s.claims[id]
	if c == nil || c.held() {
		return nil
	}
	out := []Effect{s.refuse(c, now, why)}
	return append(out, s.after([]*claim{c}, now)...)
}

// Reordered reports whether somebody waits for others than it did when it came, because writers have changed places
// or a request for more permits than there are has left: in all steps since it was last asked.
func (s *Space) Reordered() bool {
	changed := s.reordered
	s.reordered = false
	return changed
}

// Unchecked has the space let deadlocks happen from now on, which end by the limits of waits and leases alone. It is for models in tests.
func (s *Space) Unchecked() { s.blind = true }
