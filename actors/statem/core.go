// SPDX-License-Identifier: Apache-2.0

package statem

// core decides what a machine does next. It has no clock, no process and no callback: the shell hands it what comes from outside
// (message, due, begin) or has it choose the next event itself (next), calls the machine's callback, brings the result to apply, and
// performs the effects in their order.
//
// Messages of the mailbox are not kept here: one that is postponed stays with the process (doStash), and the core keeps its place in line.
type core[S comparable, M any] struct {
	enters func(S) bool // whether a state has a callback for being entered

	state     S
	queue     []entry[M] // before anything from outside; first to come first
	postponed []entry[M] // oldest first
	timeouts  timeouts[M]
	turn      turn[S, M]
	todo      []effect // of the last result; used again for the next
}

// entry is an event in line, or the place of one that the process keeps.
type entry[M any] struct {
	event Event[M]
	kept  bool // by the process: event says nothing
}

// turn is one event's handling, which may take several callbacks.
type turn[S comparable, M any] struct {
	hand     entry[M]
	begins   bool // the first: nothing is in hand
	entering bool // the result that is awaited is one of Enter
	next     S
	events   []Event[M]
	requests []request[M]
	postpone bool
}

// then is what comes after a result.
type then uint8

const (
	thenDone  then = iota // the transition is over: more tells whether there is another event
	thenEnter             // Enter of the turn's next state is to be called, with the present one as the old
	thenStop              // the machine stops with the result's reason
)

// start takes the state that Init's result begins with.
func (c *core[S, M]) start(r Result[S, M]) {
	if r.verb == verbNext {
		c.state = r.next
	}
}

// begin takes the actions of Init's result: the first state is entered, from itself.
func (c *core[S, M]) begin(r Result[S, M]) ([]effect, then, error) {
	if r.verb == verbNone {
		return nil, thenDone, ErrNoResult
	}
	c.turn = turn[S, M]{begins: true, next: c.state}
	return c.proceed(r.actions, true)
}

// message takes a message from the mailbox: the one whose turn it is of those that were postponed, or else a new one.
func (c *core[S, M]) message(m M) Event[M] {
	if len(c.queue) > 0 && c.queue[0].kept {
		c.queue = c.queue[1:]
	}
	return c.take(entry[M]{event: Event[M]{Kind: Message, Message: m}, kept: true})
}

// due takes a timeout whose timer has ended. A timer of one that does not run any more never ends: the shell has stopped it.
func (c *core[S, M]) due(id Timeout) Event[M] {
	return c.take(entry[M]{event: c.timeouts.end(id)})
}

// next takes the event that more has reported: one that was inserted or postponed, or else a timeout of 0.
func (c *core[S, M]) next() Event[M] {
	if len(c.queue) == 0 {
		return c.take(entry[M]{event: c.timeouts.pop()})
	}
	head := c.queue[0]
	c.queue = c.queue[1:]
	return c.take(head)
}

// more reports whether an event waits that needs nothing from outside. None does while the next in line is a message that the process keeps.
func (c *core[S, M]) more() bool {
	if len(c.queue) > 0 {
		return !c.queue[0].kept
	}
	return len(c.timeouts.line) > 0
}

// take begins an event's turn.
func (c *core[S, M]) take(e entry[M]) Event[M] {
	c.turn = turn[S, M]{hand: e, next: c.state}
	return e.event
}
