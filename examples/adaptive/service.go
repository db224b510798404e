// SPDX-License-Identifier: Apache-2.0

package main

import (
	"time"

	"mabeam.dev/actors"
)

// phase is what the service is like for a while.
type phase struct {
	name string
	// slots is how many calls are served at once; the others wait.
	slots int
	// call and item are what a call and each of its items cost. crowd is what each waiting call costs the one that begins, strain what the square of the
	// items does: a service has to keep them all.
	call, item, crowd, strain time.Duration
}

// phases are the changing load.
var phases = []phase{
	{"few slots, dear calls", 4, 5 * time.Millisecond, 250 * time.Microsecond, time.Millisecond, 1250 * time.Nanosecond},
	{"many slots, little room", 24, time.Millisecond, 250 * time.Microsecond, 500 * time.Microsecond, 10 * time.Microsecond},
	{"dearer calls still", 6, 15 * time.Millisecond, 250 * time.Microsecond, time.Millisecond, 2500 * time.Nanosecond},
}

// call sends items to the service. The answer comes when all are done.
type call struct {
	items int
	reply actors.Reply[int]
}

type (
	serviceMessage interface{ service() }
	served         struct{ call }
	turn           struct{ to int }
)

func (call) service()   {}
func (served) service() {}
func (turn) service()   {}

// service serves calls in the order in which they come. One call's costs are not those of the next: each is 20 % more or less.
type service struct {
	every   time.Duration
	now     phase
	busy    int
	waiting []call
}

// Init begins with the first phase.
func (s *service) Init(ctx *actors.Context[serviceMessage]) error {
	s.now = phases[0]
	for i := 1; i < len(phases); i++ {
		ctx.After(time.Duration(i)*s.every, turn{i})
	}
	return nil
}

// Receive takes a call, ends one, or changes.
func (s *service) Receive(ctx *actors.Context[serviceMessage], msg serviceMessage) error {
	switch m := msg.(type) {
	case call:
		s.waiting = append(s.waiting, m)
	case served:
		s.busy--
		m.reply.Send(m.items)
	case turn:
		s.now = phases[m.to]
	default:
		return &actors.UnknownMessageError{Message: msg}
	}
	for len(s.waiting) > 0 && s.busy < s.now.slots {
		next := s.waiting[0]
		s.waiting = s.waiting[1:]
		s.busy++
		ctx.After(time.Duration(float64(s.now.cost(next.items, len(s.waiting)))*(0.8+0.4*ctx.Rand().Float64())), served{next})
	}
	return nil
}

// cost is how long a call takes.
func (p phase) cost(items, waiting int) time.Duration {
	n := time.Duration(items)
	return p.call + n*p.item + n*n*p.strain + time.Duration(waiting)*p.crowd
}
