// SPDX-License-Identifier: Apache-2.0

package plan

import "time"

// again is what is remembered of the restarts of a child with a [Backoff].
type again struct {
	attempts int           // since it was last up for ResetAfter
	since    time.Duration // when its process came up
	owed     time.Duration // the wait of the attempt that has been decided; 0: it is over, or there is none
	key      WaitKey       // of the wait that is going on; zero: none does
}

// memory returns what is remembered of c, whose Backoff is set.
func (s *slots) memory(c *slot) *again {
	a := s.again[c]
	if a == nil {
		if s.again == nil {
			s.again = make(map[*slot]*again)
		}
		a = &again{}
		s.again[c] = a
	}
	return a
}

func (s *slots) waiting(c *slot) bool {
	a := s.again[c]
	return a != nil && a.key != WaitKey{}
}

// cameUp notes when the process of c came up.
func (s *slots) cameUp(c *slot, now time.Duration) {
	if c.spec.Backoff != nil {
		s.memory(c).since = now
	}
}

// owe decides how long the attempt that was just counted is to wait.
func (s *State) owe(c *slot) {
	b := c.spec.Backoff
	if b == nil {
		return
	}
	a := s.kids.memory(c)
	if c.status == StatusUp && s.now-a.since >= b.withDefaults().ResetAfter {
		a.attempts = 0
	}
	a.attempts++
	a.owed = b.delay(a.attempts, s.chance)
}

// holds begins the wait that c owes, if it does: c is restarting meanwhile, and [WaitOver] goes on with the attempt.
func (s *State) holds(c *slot, last Ref) bool {
	a := s.kids.again[c]
	if a == nil || a.owed <= 0 {
		return false
	}
	s.kids.set(c, StatusRestarting, last)
	wait := a.owed
	s.waited++
	a.owed, a.key = 0, WaitKey{s.waited}
	if s.waits == nil {
		s.waits = make(map[WaitKey]*slot)
	}
	s.waits[a.key] = c
	s.emit(NoticeBackoffWait{ID: c.id(s.simple()), Ref: last, Attempt: a.attempts, For: wait})
	s.do(Wait{Key: a.key, For: wait})
	return true
}

// waitOver goes on with an attempt. A wait that was ended early has no child any more.
func (s *State) waitOver(key WaitKey) {
	if c := s.waits[key]; c != nil {
		delete(s.waits, key)
		s.kids.again[c].key = WaitKey{}
		s.restart(c)
	}
}

// unwait ends the wait of c, if it is waiting.
func (s *State) unwait(c *slot) {
	if !s.kids.waiting(c) {
		return
	}
	a := s.kids.again[c]
	delete(s.waits, a.key)
	s.do(CancelWait{Key: a.key})
	a.key = WaitKey{}
}

// inherit gives the children of a changed spec what was remembered of those before them. The order makes no difference.
func (s *State) inherit(old map[*slot]*again) {
	for was, a := range old {
		c := s.kids.byID[was.spec.ID]
		*s.kids.memory(c) = *a
		if a.key != (WaitKey{}) {
			s.waits[a.key] = c
		}
	}
}
