// SPDX-License-Identifier: Apache-2.0

package plan

import "strconv"

// Limit bounds the restarts of one child, apart from those of its siblings: an option that OTP lacks. It is looked at before the
// supervisor's intensity, which an attempt that it refuses does not use up.
type Limit struct {
	Intensity Intensity // more attempts than this are refused; the zero value is 1 in 5 s
	Then      Then      // what is done with a child whose attempt is refused; zero: StopChild
}

// Then is what a [Limit] does when it is reached. The zero value is StopChild.
type Then uint8

// What a Limit may do.
const (
	StopChild Then = iota // the child stays down, as if it had been stopped by hand; a dynamic one is forgotten
	GiveUp                // the supervisor ends, as if its own intensity were exceeded
)

// String returns the word of a Then.
func (t Then) String() string { return word(int(t), "stop_child", "give_up") }

// limit adds the faults of l, which belongs to a child of this restart type.
func (f *Faults) limit(path string, l Limit, r Restart) {
	path += "limit"
	if r == Temporary {
		f.add(RuleLimit, path, "set", "none, as a temporary child is never restarted")
	}
	if l.Intensity.Max < NoRestarts {
		f.add(RuleLimit, path+".intensity.max", strconv.Itoa(l.Intensity.Max), "0 or more, or NoRestarts")
	}
	if l.Intensity.Within < 0 {
		f.add(RuleLimit, path+".intensity.within", l.Intensity.Within.String(), "more than 0")
	}
	if l.Then > GiveUp {
		f.add(RuleLimit, path+".then", strconv.Itoa(int(l.Then)), "stop_child or give_up")
	}
}

// limited enters an attempt of c in its own window, if it has one, and tells whether that refuses it. Then it has been dealt with.
func (s *State) limited(c *slot) bool {
	l := c.spec.Limit
	if l == nil {
		return false
	}
	own := &s.kids.memory(c).window
	own.limit = l.Intensity.withDefaults()
	if own.add(s.now) {
		return false
	}
	try := Attempt{N: own.len(), Max: own.max(), Within: own.limit.Within}
	switch id := c.id(s.simple()); l.Then {
	case StopChild:
		s.emit(NoticeLimitReached{ID: id, Ref: c.ref, Attempt: try})
		s.stopAtLimit(c)
	case GiveUp:
		s.emit(NoticeGaveUp{ID: id, Attempt: try})
		s.down(c)
		s.terminate(Reason{Class: ClassShutdown})
	}
	return true
}

// stopAtLimit leaves c down, with nothing counted against a restart by hand. If it was restarting, those of its group behind it have been
// stopped for it: they are started without it.
func (s *State) stopAtLimit(c *slot) {
	group := c.status == StatusRestarting && (s.spec.Strategy == OneForAll || s.spec.Strategy == RestForOne)
	s.kids.memory(c).window = window{}
	s.down(c)
	if s.ended(c) || !group {
		return
	}
	s.stopBack(s.kids.last, c, true, func() {
		s.startFrom(c.next, func(failed *slot, _ Reason) {
			if failed != nil {
				s.tryAgain(failed, nil)
			}
		})
	})
}
