// SPDX-License-Identifier: Apache-2.0

package statem

import (
	"maps"
	"slices"
	"time"
)

// timeouts are a machine's running timeouts: those with a timer, which the shell runs, and those with time 0, which wait in line.
type timeouts[M any] struct {
	running map[Timeout]running[M]
	line    []Timeout // of those with time 0, first to come first
}

// running is one timeout that runs.
type running[M any] struct {
	content M
	zero    bool
}

// effect is one thing that the shell does for the core.
type effect struct {
	do     errand
	answer func()
	id     Timeout
	after  time.Duration
	at     time.Time
}

type errand uint8

const (
	doAnswer  errand = iota
	doStash          // set the message in hand aside
	doUnstash        // put all that was set aside before the mailbox
	doStart          // the timer of a timeout, for a time from now
	doStartAt        // likewise, for a point in time
	doStop           // the timer of a timeout
)

// cancel forgets a timeout.
func (t *timeouts[M]) cancel(id Timeout, todo []effect) []effect {
	old, ok := t.running[id]
	if !ok {
		return todo
	}
	delete(t.running, id)
	if old.zero {
		t.line = slices.DeleteFunc(t.line, func(o Timeout) bool { return o == id })
		return todo
	}
	return append(todo, effect{do: doStop, id: id})
}

// register performs the requests of one transition. Of those for one name the last counts, at its place.
func (t *timeouts[M]) register(requests []request[M], todo []effect) []effect {
	for i, q := range requests {
		if slices.ContainsFunc(requests[i+1:], func(o request[M]) bool { return o.id == q.id }) {
			continue
		}
		todo = t.one(q, todo)
	}
	return todo
}

func (t *timeouts[M]) one(q request[M], todo []effect) []effect {
	if old, ok := t.running[q.id]; q.do == askUpdate && ok {
		old.content = q.content
		t.running[q.id] = old
		return todo
	}
	todo = t.cancel(q.id, todo)
	if q.do == askCancel {
		return todo
	}
	zero := q.do == askUpdate || q.do == askAfter && q.after == 0
	if t.running == nil {
		t.running = map[Timeout]running[M]{}
	}
	t.running[q.id] = running[M]{q.content, zero}
	switch {
	case zero:
		t.line = append(t.line, q.id)
	case q.do == askAt:
		todo = append(todo, effect{do: doStartAt, id: q.id, at: q.at})
	default:
		todo = append(todo, effect{do: doStart, id: q.id, after: q.after})
	}
	return todo
}

// end takes a timeout whose time has come.
func (t *timeouts[M]) end(id Timeout) Event[M] {
	content := t.running[id].content
	delete(t.running, id)
	return Event[M]{Kind: TimedOut, Timeout: id, Message: content}
}

// pop takes the first of those with time 0; there must be one.
func (t *timeouts[M]) pop() Event[M] {
	id := t.line[0]
	t.line = t.line[1:]
	return t.end(id)
}

// names returns what runs, sorted.
func (t *timeouts[M]) names() []Timeout { return slices.Sorted(maps.Keys(t.running)) }
