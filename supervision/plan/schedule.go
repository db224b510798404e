// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"math"
	"time"
)

// Schedule restarts a child from time to time although nothing is wrong with it: an option that OTP lacks. It is stopped as its Shutdown
// says, with the reason shutdown and the term [Scheduled], and started again. That counts nowhere and touches no sibling; if the start fails
// it is repeated as a restart would be.
type Schedule struct {
	Every  time.Duration // from its start to its stop; required
	Jitter float64       // share of Every by which that is made longer or shorter, 0 to 1, the same for each length in between
}

// Scheduled is the term with which a child is asked to stop for its [Schedule].
const Scheduled = "schedule"

// delay returns how long a child stays up. chance is a random number of 0 or more and less than 1.
func (sch Schedule) delay(chance float64) time.Duration {
	return varied(float64(sch.Every), sch.Jitter, chance)
}

// varied makes a time longer or shorter by up to a share of it. The conversions keep processors that multiply and add in one step from
// rounding otherwise than those that do not.
func varied(d, jitter, chance float64) time.Duration {
	d *= 1 + float64(jitter*float64(2*chance-1))
	if d >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(d)
}

// schedule adds the faults of sch, which belongs to a child of this restart type.
func (f *Faults) schedule(path string, sch Schedule, r Restart) {
	path += "schedule"
	if r == Temporary {
		f.add(RuleSchedule, path, "set", "none, as a temporary child is never restarted")
	}
	if sch.Every <= 0 {
		f.add(RuleSchedule, path+".every", sch.Every.String(), "more than 0")
	}
	if !(sch.Jitter >= 0 && sch.Jitter <= 1) {
		f.add(RuleSchedule, path+".jitter", number64(sch.Jitter), "0 to 1")
	}
}

// arm has the next planned restart of c, which has come up, asked for.
func (s *State) arm(c *slot, chance float64) {
	sch := c.spec.Schedule
	if sch == nil {
		return
	}
	wait := sch.delay(chance)
	a := s.kids.memory(c)
	a.planned = s.newWait(c)
	s.do(Wait{Key: a.planned, For: wait})
}

// disarm takes the planned restart of c back, which has no process any more.
func (s *State) disarm(c *slot) {
	if a := s.kids.again[c]; a != nil && a.planned != (WaitKey{}) {
		s.endWait(&a.planned)
	}
}

// renew restarts c as planned, unless its spec has changed since.
func (s *State) renew(c *slot) {
	if c.spec.Schedule == nil {
		return
	}
	s.emit(NoticeScheduled{ID: c.id(s.simple()), Ref: c.ref})
	ref := c.ref
	s.stopWith(c, Scheduled, func() {
		s.kids.set(c, StatusRestarting, ref)
		s.restartOne(c)
	})
}
