// SPDX-License-Identifier: Apache-2.0

package work

import (
	"strconv"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
)

// World is a system with many supervised processes alive, among which single operations are timed. It belongs to one goroutine.
type World struct {
	sys    *actors.System
	top    *supervision.Supervisor
	add    func() actors.PID
	end    func(actors.PID)
	pids   []actors.PID            // all but the victim
	next   int                     // whom Turnover stopped last
	up     chan actors.Ref[*order] // the victim sends at each start; it starts once at a time
	victim actors.Ref[*order]      // the one that Restart crashes
}

// order is what the processes of a World are told.
type order struct {
	do    verb
	reply actors.Reply[int] // of answer
	done  chan struct{}     // closed by finish
}

type verb int

const (
	ignore verb = iota
	answer
	finish
	crash
)

// citizen does what it is told; up is nil but for the victim.
type citizen struct{ up chan actors.Ref[*order] }

func (c citizen) Init(self *actors.Context[*order]) error {
	if c.up != nil {
		c.up <- self.Self()
	}
	return nil
}

func (citizen) Receive(_ *actors.Context[*order], m *order) error {
	switch m.do {
	case answer:
		m.reply.Send(1)
	case finish:
		close(m.done)
	case crash:
		return errCrash
	}
	return nil
}

// Pool makes a World of n processes without ids, under one simple_one_for_one supervisor.
func Pool(n int) *World {
	w := &World{sys: actors.New(actors.Options{}), up: make(chan actors.Ref[*order], 1)}
	template := supervision.Template("worker", func(c citizen) actors.Behavior[*order] { return c }, actors.OnFull(actors.Unbounded))
	template.Shutdown = supervision.Infinity
	w.top = got(supervision.Start(w.sys, "top", supervision.Spec{
		Strategy: supervision.SimpleOneForOne, Intensity: always, Children: []supervision.Child{template},
	}))
	var plain any = citizen{}
	w.add = func() actors.PID { return got(w.top.StartDynamic(ctx, plain)) }
	w.end = func(pid actors.PID) { must(w.top.TerminateDynamic(ctx, pid)) }
	got(w.top.StartDynamic(ctx, citizen{w.up}))
	return w.populate(n)
}

// Tree makes a World of n processes with ids of their own, under one one_for_one supervisor.
func Tree(n int) *World {
	w := &World{sys: actors.New(actors.Options{}), up: make(chan actors.Ref[*order], 1)}
	child := func(id string, c citizen) supervision.Child {
		spec := supervision.Worker(id, func() actors.Behavior[*order] { return c }, actors.OnFull(actors.Unbounded))
		spec.Shutdown = supervision.Infinity
		return spec
	}
	w.top = got(supervision.Start(w.sys, "top", supervision.Spec{Intensity: always}))
	next := 0
	w.add = func() actors.PID {
		next++
		return got(w.top.StartChild(ctx, child(strconv.Itoa(next), citizen{})))
	}
	w.end = func(pid actors.PID) {
		id := pid.Name()
		must(w.top.TerminateChild(ctx, id))
		must(w.top.DeleteChild(ctx, id))
	}
	got(w.top.StartChild(ctx, child("victim", citizen{w.up})))
	return w.populate(n)
}

func (w *World) populate(n int) *World {
	w.victim = <-w.up
	for len(w.pids) < n-1 {
		w.pids = append(w.pids, w.add())
	}
	return w
}

// Close ends the World.
func (w *World) Close() { closed(w.sys) }

// middle is one of the processes that are neither the first nor the last.
func (w *World) middle() actors.Ref[*order] { return got(actors.RefOf[*order](w.pids[len(w.pids)/2])) }

// Tell sends n messages to one of the processes, until it has handled them all.
func (w *World) Tell(n int) time.Duration {
	ref := w.middle()
	msg, last := &order{}, &order{do: finish, done: make(chan struct{})}
	return Timed(func() {
		for range n - 1 {
			ref.Tell(msg)
		}
		ref.Tell(last)
		<-last.done
	})
}

// Call makes n calls to one of the processes, from a goroutine.
func (w *World) Call(n int) time.Duration {
	ref := w.middle()
	return Timed(func() {
		for range n {
			got(actors.Call(ctx, ref, func(r actors.Reply[int]) *order { return &order{do: answer, reply: r} }))
		}
	})
}

// Restart crashes the victim n times, as the function Restart does, without taking turns.
func (w *World) Restart(n int) time.Duration {
	msg := &order{do: crash}
	return Timed(func() {
		for range n {
			w.victim.Tell(msg)
			w.victim = <-w.up
		}
	})
}

// Turnover stops a process and starts another in its place, n times, and returns how long the stops and the starts took. Who is stopped is spread
// over all ages, so that hardly any is in the processor's caches; the World itself touches nothing else between two of them.
func (w *World) Turnover(n int) (start, stop time.Duration) {
	for range n {
		w.next = (w.next + len(w.pids)*golden/1_000_000) % len(w.pids)
		begin := time.Now()
		w.end(w.pids[w.next])
		ended := time.Now()
		w.pids[w.next] = w.add()
		start += time.Since(ended)
		stop += ended.Sub(begin)
	}
	return start, stop
}

// golden is the golden ratio's fraction in millionths: steps of that part of a circle come near to all its points before any again.
const golden = 618_034
