// SPDX-License-Identifier: Apache-2.0

package soak

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"mabeam.dev/actors"
)

// settled returns books that hold every law: two messages that were handled, one dead letter, one refusal, and a call of each outcome.
func settled() *ledger {
	l := &ledger{}
	l.sent.Store(4)
	l.told(actors.ErrMailboxFull)
	l.told(nil)
	l.dead.Add(1)
	l.begin(message{})
	l.begin(message{})
	answered, late, ended, refused := &call{}, &call{}, &call{}, &call{}
	l.calls.Store(4)
	l.begin(message{call: answered, n: 1})
	l.outcome(answered, 1, 1, nil)
	l.outcome(late, 2, 0, errWaited)
	l.begin(message{call: late, n: 2})
	l.outcome(ended, 3, 0, &actors.CallError{})
	l.outcome(refused, 4, 0, actors.ErrNoProc)
	l.inOrder.Store(2)
	l.byCrash.Store(1)
	l.void.Store(1)
	return l
}

func TestBooksThatHoldEveryLawAreAccepted(t *testing.T) {
	assert.NoError(t, settled().check())
}

func TestEveryBrokenLawIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(l *ledger)
		want  string
	}{
		"a message is lost":      {func(l *ledger) { l.sent.Add(1) }, "handled + dead letters + refused, of the messages sent: 4, and it has to be 5"},
		"one is handled twice":   {func(l *ledger) { l.begin(message{}); l.inOrder.Add(1) }, "of the messages sent: 5, and it has to be 4"},
		"a call has no outcome":  {func(l *ledger) { l.calls.Add(1) }, "outcomes, of the calls: 4, and it has to be 5"},
		"a call has two":         {func(l *ledger) { l.ended.add(false) }, "outcomes, of the calls: 5, and it has to be 4"},
		"Receive does not end":   {func(l *ledger) { l.inOrder.Add(-1) }, "in order + by crash + void, of the messages handled: 3, and it has to be 4"},
		"nobody knows of a call": {func(l *ledger) { l.callsInTime.Add(1) }, "calls whose caller found them handled, of those handled in time: 1, and it has to be 2"},
		"late without a caller":  {func(l *ledger) { l.callsLate.Add(2); l.taken.Add(2); l.void.Add(2) }, "3 calls were handled when their callers had left, and only 2 callers left before"},
		"a call handled twice": {func(l *ledger) {
			c := &call{}
			l.begin(message{call: c, n: 9})
			l.begin(message{call: c, n: 9})
		}, "the message of call 9 was handled twice"},
		"a reply of another call":    {func(l *ledger) { l.outcome(&call{}, 9, 8, nil) }, "call 9 got the reply 8; its message was taken: false"},
		"a refused call was handled": {func(l *ledger) { c := &call{}; c.take(); l.outcome(c, 9, 0, actors.ErrMailboxFull) }, "a call was refused with"},
		"an odd error of a call":     {func(l *ledger) { l.outcome(&call{}, 9, 0, errors.New("odd")) }, "a call ended with an error that no call has: odd"},
		"an odd error of a send":     {func(l *ledger) { l.told(errors.New("odd")) }, "a send was refused with an error that no send has: odd"},
	} {
		t.Run(name, func(t *testing.T) {
			l := settled()
			c.spoil(l)
			assert.ErrorContains(t, l.check(), c.want)
		})
	}
}

func TestGrowthIsFound(t *testing.T) {
	first := Row{Goroutines: 10, Heap: 1 << 20}
	for name, c := range map[string]struct {
		last  Row
		grown int64
		want  string
	}{
		"nothing":    {Row{Goroutines: 10 + moreGoroutines(), Heap: 2 << 20}, 1 << 20, ""},
		"goroutines": {Row{Goroutines: 11 + moreGoroutines(), Heap: 1 << 20}, 1 << 20, fmt.Sprint("soak: ", 11+moreGoroutines(), " goroutines after round 0, and 10 when the run was warm")},
		"heap":       {Row{Goroutines: 10, Heap: 2<<20 + 1}, 1 << 20, "soak: 2097153 bytes of heap after round 0, and 1048576 when the run was warm"},
		"not asked":  {Row{Goroutines: 10, Heap: 1 << 40}, -1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := Report{Plan: Plan{Grown: c.grown}}
			r.add(first)
			r.add(c.last)
			if err := r.grown(); c.want == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, c.want)
			}
		})
	}
}

func TestATreeHasAsManyProcessesAsItIsToHave(t *testing.T) {
	for _, n := range []int{100, 500, 4999, 5000, 10_000} {
		s := shapeOf(n)
		assert.Equal(t, n, 1+s.regions+s.regions*s.groups+s.workers)
	}
}
