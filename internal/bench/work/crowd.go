// SPDX-License-Identifier: Apache-2.0

package work

import (
	"fmt"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// Crowd is very many processes under one supervisor, alive at once. It belongs to one goroutine.
type Crowd struct {
	sys  *actors.System
	top  *supervision.Supervisor
	pids []actors.PID
}

// tally is the message to each: the last one who counts itself closes done.
type tally struct {
	left atomic.Int64
	done chan struct{}
}

// head is one of the crowd, without a state of its own.
type head struct{}

func (head) Init(*actors.Context[*tally]) error { return nil }

func (head) Receive(_ *actors.Context[*tally], m *tally) error {
	if m.left.Add(-1) == 0 {
		close(m.done)
	}
	return nil
}

// NewCrowd makes the supervisor alone, and room for the PIDs of n processes, which are nobody's memory but the caller's.
func NewCrowd(n int) *Crowd {
	c := &Crowd{sys: actors.New(actors.Options{}), pids: make([]actors.PID, n)}
	template := supervision.Template("head", func(struct{}) actors.Behavior[*tally] { return head{} })
	template.Shutdown = supervision.Infinity
	c.top = got(supervision.Start(c.sys, "crowd", supervision.Spec{
		Strategy: supervision.SimpleOneForOne, Intensity: always, Children: []supervision.Child{template},
	}))
	return c
}

// Start starts all processes, one after another, each with its Init.
func (c *Crowd) Start() time.Duration {
	d := Timed(func() {
		for i := range c.pids {
			c.pids[i] = got(c.top.StartDynamic(ctx, struct{}{}))
		}
	})
	c.expect(len(c.pids))
	return d
}

// Message sends one message to each, until all have handled it.
func (c *Crowd) Message() time.Duration {
	m := &tally{done: make(chan struct{})}
	m.left.Store(int64(len(c.pids)))
	return Timed(func() {
		for _, pid := range c.pids {
			got(actors.RefOf[*tally](pid)).Tell(m)
		}
		<-m.done
	})
}

// Stop stops the supervisor and with it all processes, until every one has ended, and closes the system.
func (c *Crowd) Stop() time.Duration {
	d := Timed(func() {
		c.top.PID().Stop()
		got(c.top.PID().Await(ctx))
	})
	c.expect(0)
	closed(c.sys)
	return d
}

// expect panics unless so many of the crowd are alive.
func (c *Crowd) expect(want int) {
	alive := 0
	for _, pid := range c.pids {
		if pid.Alive() {
			alive++
		}
	}
	if alive != want {
		panic(fmt.Sprintf("work: of a crowd of %d processes %d are alive, not %d", len(c.pids), alive, want))
	}
}
