// SPDX-License-Identifier: Apache-2.0

package plan

import "time"

// again is what is remembered of the restarts of a child with a [Backoff], a [Limit] or a [Schedule].
type again struct {
	attempts int           // since it was last up for ResetAfter
	since    time.Duration // when its process came up
	owed     time.Duration // the wait of the attempt that has been decided; 0: it is over, or there is none
	key      WaitKey       // of the wait that is going on; zero: none does
	planned  WaitKey       // of the wait for the next planned restart; zero: there is none
	window   window        // of the attempts that its Limit counts
}

// memory returns what is remembered of c.
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

// newWait returns the key of another wait of c.
func (s *State) newWait(c *slot) WaitKey {
	s.waited++
	key := WaitKey{s.waited}
	if s.waits == nil {
		s.waits = make(map[WaitKey]*slot)
	}
	s.waits[key] = c
	return key
}

// endWait takes a wait back that is going on.
func (s *State) endWait(key *WaitKey) {
	delete(s.waits, *key)
	s.do(CancelWait{Key: *key})
	*key = WaitKey{}
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
	a.owed, a.key = 0, s.newWait(c)
	s.emit(NoticeBackoffWait{ID: c.id(s.simple()), Ref: last, Attempt: a.attempts, For: wait})
	s.do(Wait{Key: a.key, For: wait})
	return true
}

// waitOver goes on with an attempt, or makes a planned restart. A wait that was ended early has no child any more.
func (s *State) waitOver(key WaitKey) {
	c := s.waits[key]
	if c == nil {
		return
	}
	delete(s.waits, key)
	a := s.kids.again[c]
	if key == a.planned {
		a.planned = WaitKey{}
		s.renew(c)
		return
	}
	a.key = WaitKey{}
	s.restart(c)
}

// unwait ends the wait of c, if it is waiting.
func (s *State) unwait(c *slot) {
	if s.kids.waiting(c) {
		s.endWait(&s.kids.again[c].key)
	}
}

// inherit gives the children of a changed spec what was remembered of those before them. The order makes no difference.
func (s *State) inherit(old map[*slot]*again) {
	for was, a := range old {
		c := s.kids.byID[was.spec.ID]
		*s.kids.memory(c) = *a
		for _, key := range []WaitKey{a.key, a.planned} {
			if key != (WaitKey{}) {
				s.waits[key] = c
			}
		}
	}
}
