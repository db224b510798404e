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

// begin takes the result of Init: the first state, which is entered from itself.
func (c *core[S, M]) begin(r Result[S, M]) ([]effect, then, error) {
	switch r.verb {
	case verbNext:
		c.state = r.next
	case verbStop:
		return c.stop(r)
	case verbNone:
		return nil, thenDone, ErrNoResult
	case verbKeep, verbRepeat:
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

// due takes a timeout whose timer has ended.
func (c *core[S, M]) due(id Timeout) (Event[M], bool) {
	ev, ok := c.timeouts.end(id)
	if !ok {
		return ev, false
	}
	return c.take(entry[M]{event: ev}), true
}

// next takes the next event that needs nothing from outside: one that was inserted or postponed, or else a timeout of 0. There is none
// while the next in line is a message that the process keeps.
func (c *core[S, M]) next() (Event[M], bool) {
	if len(c.queue) > 0 {
		head := c.queue[0]
		if head.kept {
			return Event[M]{}, false
		}
		c.queue = c.queue[1:]
		return c.take(head), true
	}
	ev, ok := c.timeouts.pop()
	if !ok {
		return ev, false
	}
	return c.take(entry[M]{event: ev}), true
}

// more reports whether next has an event.
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
