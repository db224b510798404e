// SPDX-License-Identifier: Apache-2.0

package barrier

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Latch opens when it was counted down, and stays open. It belongs to one owner.
type Latch struct {
	left    int
	waiting []Arrival
}

// NewLatch makes a latch that opens after n counts; one of 0 is open.
func NewLatch(n int) (*Latch, error) {
	if n < 0 {
		return nil, fmt.Errorf("%w: a latch of %d", ErrInvalidSpec, n)
	}
	return &Latch{left: n}, nil
}

// Left is how many counts are missing; 0 means open.
func (l *Latch) Left() int { return l.left }

// CountDown takes n off; with the last one everybody who waits passes, as generation 1. An open latch stays as it is.
func (l *Latch) CountDown(n int) (out []Effect, err error) {
	if n < 1 {
		return nil, fmt.Errorf("%w: count down by %d", ErrInvalidSpec, n)
	}
	if l.left = max(l.left-n, 0); l.left > 0 {
		return nil, nil
	}
	for i, a := range l.waiting {
		out = append(out, Effect{ID: a.ID, Member: a.Member, Generation: 1, Index: i})
	}
	l.waiting = nil
	return out, nil
}

// Await has somebody wait for the latch, who passes at once if it is open. Who waits too long gets a *BrokenError alone: a latch does not break.
func (l *Latch) Await(now time.Time, a Arrival) []Effect {
	out := l.Tick(now)
	switch {
	case a.ID == "" || a.Member == "" || a.Wait < 0:
		return append(out, Effect{ID: a.ID, Member: a.Member, Err: fmt.Errorf("%w: arrival %q of %q, at most %v", ErrInvalidSpec, a.ID, a.Member, a.Wait)})
	case l.left == 0:
		return append(out, Effect{ID: a.ID, Member: a.Member, Generation: 1})
	case slices.ContainsFunc(l.waiting, func(w Arrival) bool { return w.ID == a.ID }):
		return out
	}
	if a.Wait > 0 {
		a.Until = now.Add(a.Wait)
	}
	l.waiting = append(l.waiting, a)
	return out
}

// drop takes out who waits and is to leave.
func (l *Latch) drop(why Cause, leaves func(Arrival) bool) (out []Effect) {
	l.waiting = slices.DeleteFunc(l.waiting, func(a Arrival) bool {
		if !leaves(a) {
			return false
		}
		out = append(out, Effect{ID: a.ID, Member: a.Member, Err: &BrokenError{Generation: 1, Culprit: a.Member, Cause: why}})
		return true
	})
	return out
}

// Cancel takes back who waits under an id.
func (l *Latch) Cancel(id string) []Effect {
	return l.drop(Left, func(a Arrival) bool { return a.ID == id })
}

// Down is the end of somebody who may wait.
func (l *Latch) Down(member string) []Effect {
	return l.drop(Ended, func(a Arrival) bool { return a.Member == member })
}

// Tick lets time pass.
func (l *Latch) Tick(now time.Time) []Effect {
	if at, ok := l.Next(); !ok || at.After(now) {
		return nil
	}
	return l.drop(TimedOut, func(a Arrival) bool { return !a.Until.IsZero() && !a.Until.After(now) })
}

// Next is when Tick has something to do.
func (l *Latch) Next() (at time.Time, ok bool) {
	for _, a := range l.waiting {
		if !a.Until.IsZero() && (!ok || a.Until.Before(at)) {
			at, ok = a.Until, true
		}
	}
	return at, ok
}

// Members returns who waits, in the order in which they came.
func (l *Latch) Members() (all []string) {
	for _, a := range l.waiting {
		all = append(all, a.Member)
	}
	return all
}

type storedLatch struct {
	Left    int       `json:"left"`
	Waiting []Arrival `json:"waiting,omitempty"`
}

// MarshalJSON writes the whole state.
func (l *Latch) MarshalJSON() ([]byte, error) { return json.Marshal(storedLatch{l.left, l.waiting}) }

// UnmarshalJSON reads what MarshalJSON wrote; ErrInvalidSpec for anything else.
func (l *Latch) UnmarshalJSON(data []byte) error {
	var s storedLatch
	if err := json.Unmarshal(data, &s); err != nil || s.Left < 0 {
		return fmt.Errorf("%w: not a latch", ErrInvalidSpec)
	}
	l.left, l.waiting = s.Left, s.Waiting
	return nil
}
