// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"cmp"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/lifecycle"
	"mabeam.dev/supervision"
)

// Sweep says how the agents of a directory are looked at. The zero Sweep has the defaults.
type Sweep struct {
	// Every is the time between two looks at each agent; 1 s.
	Every time.Duration
	// Retention is how long an agent that has ended is kept; 10 min.
	Retention time.Duration
}

// slice is how many agents one turn of the sweep looks at, so that no turn is long.
const slice = 1000

// Sweep returns the child that judges the health of the directory's agents and forgets those that ended long ago, and has the directory keep
// what is known of them ([Directory.Info]). To be called before the agents start, and once; the child goes right behind the directory's. The
// sweep reads the kernel's counters and sends the agents nothing. When it crashes the verdicts stay as they are until it is back.
func (d *Directory) Sweep(name string, s Sweep) supervision.Child {
	d.roster = &roster{}
	return supervision.Worker(name, func() actors.Behavior[sweepMessage] {
		return &sweeper{roster: d.roster, every: cmp.Or(s.Every, time.Second), retention: cmp.Or(s.Retention, 10*time.Minute)}
	}, actors.Kind("sweep"))
}

// sweepMessage is what the sweep takes.
type sweepMessage interface{ sweep() }

type (
	sweepDue  struct{}
	sweepNext struct{ after string }
)

func (sweepDue) sweep()  {}
func (sweepNext) sweep() {}

// sweeper is the process.
type sweeper struct {
	roster           *roster
	every, retention time.Duration
	under            bool // a sweep is under way
}

// Init sets the clock.
func (s *sweeper) Init(ctx *actors.Context[sweepMessage]) error {
	ctx.Every(s.every, sweepDue{})
	return nil
}

// Receive begins a sweep or goes on with it.
func (s *sweeper) Receive(ctx *actors.Context[sweepMessage], m sweepMessage) error {
	switch m := m.(type) {
	case sweepDue:
		if !s.under {
			s.under = true
			s.look(ctx, "")
		}
	case sweepNext:
		s.look(ctx, m.after)
	default:
		return &actors.UnknownMessageError{Message: m}
	}
	return nil
}

// look judges one slice and asks for the next.
func (s *sweeper) look(ctx *actors.Context[sweepMessage], after string) {
	ids := s.roster.after(after, slice)
	for _, id := range ids {
		s.judge(ctx, id)
	}
	if s.under = len(ids) == slice; s.under {
		ctx.Self().From(ctx).Tell(sweepNext{ids[len(ids)-1]}) // behind what waits, so that a stop need not wait for the whole
	}
}

func (s *sweeper) judge(ctx *actors.Context[sweepMessage], id string) {
	v := s.roster.find(id)
	if v == nil {
		return
	}
	v.mu.Lock()
	ref, alive := v.mu.ref, lifecycle.Alive(v.mu.life.State)
	v.mu.Unlock()
	if !alive {
		if v.expired(ctx.Now(), s.retention, ctx.Events()) {
			s.roster.forget(id)
		}
		return
	}
	if st, ok := ref.PID().Status(); ok {
		v.swept(ref, st.Queue, st.Since, ctx.Now(), ctx.Events())
	}
}
