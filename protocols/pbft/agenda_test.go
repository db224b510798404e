// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"time"

	"mabeam.dev/protocols/pbft/wire"
)

const (
	evMessage = iota
	evTimer
	evStart
	evReply
	evCallerTimer
	evSubmit
	evSplit
	evCrash
	evRestart
	evLie
)

// event is something that will happen.
type event struct {
	at    time.Duration
	order uint64
	kind  uint8
	timer Timer
	to    int
	life  int
	seq   uint64
	msg   wire.Message
}

// agenda is a heap of events by time, and then by when they were planned.
type agenda struct{ list []event }

func (a *agenda) len() int { return len(a.list) }

func (a *agenda) before(i, j int) bool {
	x, y := &a.list[i], &a.list[j]
	return x.at < y.at || (x.at == y.at && x.order < y.order)
}

func (a *agenda) push(e event) {
	a.list = append(a.list, e)
	for i := len(a.list) - 1; i > 0; {
		p := (i - 1) / 2
		if !a.before(i, p) {
			break
		}
		a.list[i], a.list[p] = a.list[p], a.list[i]
		i = p
	}
}

func (a *agenda) pop() event {
	top := a.list[0]
	last := len(a.list) - 1
	a.list[0] = a.list[last]
	a.list[last] = event{}
	a.list = a.list[:last]
	for i := 0; ; {
		c := 2*i + 1
		if c >= last {
			break
		}
		if c+1 < last && a.before(c+1, c) {
			c++
		}
		if !a.before(c, i) {
			break
		}
		a.list[i], a.list[c] = a.list[c], a.list[i]
		i = c
	}
	return top
}

func (w *world) at(t time.Duration, e event) {
	w.order++
	e.at, e.order = t, w.order
	w.queue.push(e)
}
