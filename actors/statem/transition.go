// SPDX-License-Identifier: Apache-2.0

package statem

// apply takes the result of the callback that was called last. What it returns is to be done even if it also returns an error: replies
// that came before the mistake are sent. It is to be done before the next apply, which uses the list again. A machine that ends here ends in
// the state that it was going to.
func (c *core[S, M]) apply(r Result[S, M]) ([]effect, then, error) {
	todo, what, err := c.judge(r)
	if err != nil || what == thenStop {
		c.state = c.turn.next
	}
	return todo, what, err
}

// judge is apply for a machine that goes on.
func (c *core[S, M]) judge(r Result[S, M]) ([]effect, then, error) {
	enter := false
	switch r.verb {
	case verbKeep:
	case verbRepeat:
		enter = true
	case verbNext:
		if r.next != c.turn.next {
			if c.turn.entering {
				return nil, thenDone, ErrEnterResult
			}
			c.turn.next, enter = r.next, true
		}
	case verbStop:
		return c.stop(r)
	case verbNone:
		return nil, thenDone, ErrNoResult
	}
	return c.proceed(r.actions, enter)
}

// proceed adds the actions of a callback to the turn, and ends it unless Enter is to be called first.
func (c *core[S, M]) proceed(actions []action[M], enter bool) ([]effect, then, error) {
	todo, err := c.collect(actions)
	if err != nil {
		return todo, thenDone, err
	}
	if enter && c.enters(c.turn.next) {
		c.turn.entering = true
		return todo, thenEnter, nil
	}
	return c.transit(todo), thenDone, nil
}

// stop sends the replies of a result that stops the machine.
func (c *core[S, M]) stop(r Result[S, M]) ([]effect, then, error) {
	todo := c.todo[:0]
	for _, a := range r.actions {
		if a.do != deedReply {
			return todo, thenDone, ErrStopAction
		}
		if a.answer == nil {
			return todo, thenDone, ErrBadAnswer
		}
		todo = append(todo, effect{do: doAnswer, answer: a.answer})
	}
	return todo, thenStop, nil
}

// collect adds a result's actions to the turn.
func (c *core[S, M]) collect(actions []action[M]) (todo []effect, err error) {
	todo = c.todo[:0]
	for _, a := range actions {
		switch a.do {
		case deedReply:
			if a.answer == nil {
				return todo, ErrBadAnswer
			}
			todo = append(todo, effect{do: doAnswer, answer: a.answer})
		case deedPostpone:
			if c.turn.entering {
				return todo, ErrEnterAction
			}
			c.turn.postpone = true
		case deedEvent:
			if c.turn.entering {
				return todo, ErrEnterAction
			}
			if err := checkEvent(a.event); err != nil {
				return todo, err
			}
			c.turn.events = append(c.turn.events, a.event)
		case deedTimeout:
			if err := checkTimeout(a.timeout); err != nil {
				return todo, err
			}
			c.turn.requests = append(c.turn.requests, a.timeout)
		}
	}
	return todo, nil
}

// checkEvent judges an event to insert.
func checkEvent[M any](ev Event[M]) error {
	if ev.Kind > TimedOut || (ev.Kind == TimedOut) != (ev.Timeout != "") {
		return ErrBadEvent
	}
	return nil
}

// checkTimeout judges what is asked of a timeout.
func checkTimeout[M any](q request[M]) error {
	if q.id == "" || q.do == askAfter && q.after < 0 || q.do != askCancel && any(q.content) == nil {
		return ErrBadTimeout
	}
	return nil
}

// transit ends the turn: the event is put off or done with, timeouts end and begin, and what was inserted stands in line.
func (c *core[S, M]) transit(todo []effect) []effect {
	t := &c.turn
	if t.postpone && !t.begins {
		if t.hand.kept {
			todo = append(todo, effect{do: doStash})
			t.hand.event = Event[M]{}
		}
		c.postponed = append(c.postponed, t.hand)
	}
	todo = c.timeouts.cancel(EventTimeout, todo)
	if t.next != c.state {
		todo = c.timeouts.cancel(StateTimeout, todo)
		todo = c.retry(todo)
		c.state = t.next
	}
	todo = c.timeouts.register(t.requests, todo)
	if len(t.events) > 0 {
		line := make([]entry[M], 0, len(t.events)+len(c.queue))
		for _, ev := range t.events {
			line = append(line, entry[M]{event: ev})
		}
		c.queue = append(line, c.queue...)
	}
	c.turn = turn[S, M]{}
	c.todo = todo
	return todo
}

// retry puts what was postponed before all that stands in line.
func (c *core[S, M]) retry(todo []effect) []effect {
	for _, e := range c.postponed {
		if e.kept {
			todo = append(todo, effect{do: doUnstash})
			break
		}
	}
	c.queue = append(c.postponed, c.queue...)
	c.postponed = nil
	return todo
}
