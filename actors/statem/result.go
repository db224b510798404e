// SPDX-License-Identifier: Apache-2.0

package statem

import (
	"slices"
	"time"

	"mabeam.dev/actors"
)

// Result is what a callback wants done: a verb (Next, Keep, Repeat, Stop of [Turn]) and actions, which are performed in the order in which
// they were added. It is a value: adding an action returns a new one. The zero Result is none, and to return it is a crash.
type Result[S comparable, M any] struct {
	verb    verb
	next    S
	why     error
	actions []action[M]
}

type verb uint8

const (
	verbNone verb = iota
	verbNext
	verbKeep
	verbRepeat
	verbStop
)

// action is one thing to do with a transition.
type action[M any] struct {
	do      deed
	answer  func()
	event   Event[M]
	timeout request[M]
}

type deed uint8

const (
	deedReply deed = iota
	deedPostpone
	deedEvent
	deedTimeout
)

// request asks something of a timeout.
type request[M any] struct {
	do      ask
	id      Timeout
	after   time.Duration
	at      time.Time
	content M
}

type ask uint8

const (
	askAfter ask = iota
	askAt
	askUpdate
	askCancel
)

func (r Result[S, M]) with(a action[M]) Result[S, M] {
	r.actions = append(slices.Clip(r.actions), a)
	return r
}

// Answer is a reply that is sent when its turn among the actions has come.
type Answer struct{ send func() }

// To makes an Answer of a reply address and a value.
func To[R any](reply actors.Reply[R], value R) Answer {
	return Answer{func() { reply.Send(value) }}
}

// Failing makes an Answer of a reply address and an error.
func Failing[R any](reply actors.Reply[R], err error) Answer {
	return Answer{func() { reply.Fail(err) }}
}

// Reply sends an answer. It is the one action that a Stop and a call of Enter may have besides timeouts.
func (r Result[S, M]) Reply(a Answer) Result[S, M] {
	return r.with(action[M]{do: deedReply, answer: a.send})
}

// Postpone puts the event in hand off: it is handled again after the next change of the state, in the order in which postponed events
// first came and before anything newer. Its reply address stays valid. From Init it has no effect.
func (r Result[S, M]) Postpone() Result[S, M] { return r.with(action[M]{do: deedPostpone}) }

// NextEvent inserts an internal event that is handled before all that waits; several come in the order in which they were added.
func (r Result[S, M]) NextEvent(m M) Result[S, M] {
	return r.NextEventAs(Event[M]{Kind: Internal, Message: m})
}

// NextEventAs is NextEvent for an event of any kind.
func (r Result[S, M]) NextEventAs(ev Event[M]) Result[S, M] {
	return r.with(action[M]{do: deedEvent, event: ev})
}

// After starts a timeout that becomes an event with content m when d has passed; a running one of the name ends. A d of 0 is no timer:
// the event comes when no inserted and no postponed event is left, in the order of such timeouts and before any message that has not
// been received. Of several actions for one name the last counts. A negative d and a content that is a nil interface are mistakes.
func (r Result[S, M]) After(id Timeout, d time.Duration, m M) Result[S, M] {
	return r.timeout(request[M]{do: askAfter, id: id, after: d, content: m})
}

// At is After for a point in time of the system's clock. One that has passed is a timer that ends at once, and so comes behind the
// messages that wait already.
func (r Result[S, M]) At(id Timeout, at time.Time, m M) Result[S, M] {
	return r.timeout(request[M]{do: askAt, id: id, at: at, content: m})
}

// Update gives a running timeout another content and leaves its time as it is. If none of the name runs it is started with time 0.
func (r Result[S, M]) Update(id Timeout, m M) Result[S, M] {
	return r.timeout(request[M]{do: askUpdate, id: id, content: m})
}

// Cancel stops a timeout; after the transition its event is not handled. It is harmless if none of the name runs.
func (r Result[S, M]) Cancel(id Timeout) Result[S, M] {
	return r.timeout(request[M]{do: askCancel, id: id})
}

func (r Result[S, M]) timeout(q request[M]) Result[S, M] {
	return r.with(action[M]{do: deedTimeout, timeout: q})
}
