// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"runtime"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/internal/benchtab"
	"mabeam.dev/internal/kernel/baseline"
	"mabeam.dev/supervision"
)

// item is the message of the send benchmarks: a pointer, so that neither side boxes.
type item struct{ _ int }

var ctx = context.Background()

func measure(t *benchtab.Table, rounds int) {
	raw := baseline.New()
	defer raw.Close()

	v, b := interleave(rounds, 300_000, tell, func(n int) time.Duration { return timed(func() { raw.Send(n, &item{}) }) })
	row(t, "tell", v, b, "raw protoactor-go send", 1.15)
	allocations(t, "tell, allocations", 0, tellAllocs())

	v, b = interleave(rounds, 200_000, call, channels)
	row(t, "call", v, b, "bare channel round trip", 2)
	allocations(t, "call, allocations", 2, callAllocs())

	v, b = interleave(rounds, 200_000, pingPong, channels)
	row(t, "ping-pong round trip", v, b, "bare channel round trip", 2.2)

	v, b = interleave(rounds, 20_000, supervisedStart, func(n int) time.Duration { return rawSpawn(raw, n) })
	row(t, "supervised start with its Init", v, b, "raw protoactor-go spawn, started", 2.5)

	var s sample
	restart(1_000)
	for range rounds {
		s.perOp = append(s.perOp, perOp(restart, 5_000))
	}
	t.Add(benchtab.Row{Measure: "crash to restarted and initialised", Unit: "ns/op", Value: s.median()})
}

func row(t *benchtab.Table, name string, v, b sample, base string, goal float64) {
	t.Add(benchtab.Row{Measure: name, Unit: "ns/op", Value: v.median(), Baseline: b.median(), BaselineName: base, Goal: benchtab.RatioAtMost(goal)})
}

func allocations(t *benchtab.Table, name string, goal, got float64) {
	t.Add(benchtab.Row{Measure: name, Unit: "allocs/op", Value: got, Goal: benchtab.ValueAtMost(goal)})
}

func timed(f func()) time.Duration {
	begin := time.Now()
	f()
	return time.Since(begin)
}

func closed(sys *actors.System) {
	if err := sys.Close(ctx); err != nil {
		panic(err)
	}
}

// tell sends n messages through the typed API to one process and waits until it has handled them all.
func tell(n int) time.Duration {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	done := make(chan struct{})
	seen := 0
	ref := actors.MustSpawn(sys, "", actors.Stateless(func(*actors.Context[*item], *item) error {
		if seen++; seen == n {
			close(done)
		}
		return nil
	}), actors.OnFull(actors.Unbounded))
	msg := &item{}
	return timed(func() {
		for range n {
			ref.Tell(msg)
		}
		<-done
	})
}

func tellAllocs() float64 {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	ref := actors.MustSpawn(sys, "", actors.Stateless(func(*actors.Context[*item], *item) error { return nil }), actors.OnFull(actors.Unbounded))
	msg := &item{}
	return allocsPer(10_000, func() { ref.Tell(msg) })
}

// allocsPer counts the allocations of one f, of all goroutines together, rounded down as the testing package does.
func allocsPer(n int, f func()) float64 {
	f()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		f()
	}
	runtime.ReadMemStats(&after)
	return float64((after.Mallocs - before.Mallocs) / uint64(n))
}

type ask struct{ reply actors.Reply[int] }

func answerer(sys *actors.System) actors.Ref[ask] {
	return actors.MustSpawn(sys, "", actors.Stateless(func(_ *actors.Context[ask], m ask) error {
		m.reply.Send(1)
		return nil
	}))
}

func callOnce(ref actors.Ref[ask]) {
	if _, err := actors.Call(ctx, ref, func(r actors.Reply[int]) ask { return ask{r} }); err != nil {
		panic(err)
	}
}

func call(n int) time.Duration {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	ref := answerer(sys)
	return timed(func() {
		for range n {
			callOnce(ref)
		}
	})
}

func callAllocs() float64 {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	ref := answerer(sys)
	return allocsPer(10_000, func() { callOnce(ref) })
}

// channels is the round trip between two goroutines over bare unbuffered channels.
func channels(n int) time.Duration {
	ping, pong := make(chan int), make(chan int)
	go func() { // ends when ping is closed
		for v := range ping {
			pong <- v
		}
	}()
	defer close(ping)
	return timed(func() {
		for i := range n {
			ping <- i
			<-pong
		}
	})
}

// pingPong sends one message to and fro between two processes n times.
func pingPong(n int) time.Duration {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	done := make(chan struct{})
	seen := 0
	var there actors.Ref[*item]
	here := actors.MustSpawn(sys, "", actors.Stateless(func(_ *actors.Context[*item], m *item) error {
		if seen++; seen == n {
			close(done)
			return nil
		}
		there.Tell(m)
		return nil
	}))
	there = actors.MustSpawn(sys, "", actors.Stateless(func(_ *actors.Context[*item], m *item) error {
		here.Tell(m)
		return nil
	}))
	return timed(func() {
		there.Tell(&item{})
		<-done
	})
}

// worker is a process with an Init, that crashes when it is told to.
type worker struct{ up chan struct{} }

var errCrash = errors.New("crash")

func (w worker) Init(*actors.Context[*item]) error {
	if w.up != nil {
		w.up <- struct{}{}
	}
	return nil
}

func (worker) Receive(*actors.Context[*item], *item) error { return errCrash }

// pool starts a supervisor whose children are added at run time.
func pool(sys *actors.System, up chan struct{}) *supervision.Supervisor {
	template := supervision.Template("worker", func(struct{}) actors.Behavior[*item] { return worker{up} })
	s, err := supervision.Start(sys, "pool", supervision.Spec{
		Strategy: supervision.SimpleOneForOne, Intensity: supervision.Intensity{Max: 1 << 30}, Children: []supervision.Child{template},
	})
	if err != nil {
		panic(err)
	}
	return s
}

func startOne(s *supervision.Supervisor) actors.PID {
	pid, err := s.StartDynamic(ctx, struct{}{})
	if err != nil {
		panic(err)
	}
	return pid
}

// supervisedStart starts n children through the supervisor, each with its Init.
func supervisedStart(n int) time.Duration {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	s := pool(sys, nil)
	return timed(func() {
		for range n {
			startOne(s)
		}
	})
}

func rawSpawn(raw *baseline.System, n int) time.Duration {
	var stop func()
	d := timed(func() { stop = raw.Spawn(n) })
	stop()
	return d
}

// restart crashes one child n times; the time runs from the send of the fatal message to the end of the next Init.
func restart(n int) time.Duration {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	up := make(chan struct{}, 1)
	child := supervision.Worker("worker", func() actors.Behavior[*item] { return registered{worker{up}} })
	s, err := supervision.Start(sys, "top", supervision.Spec{Intensity: supervision.Intensity{Max: 1 << 30, Within: time.Millisecond}, Children: []supervision.Child{child}})
	if err != nil {
		panic(err)
	}
	<-up
	ref := actors.Named[*item](sys, "victim")
	defer func() { _ = s }()
	return timed(func() {
		for range n {
			ref.Tell(&item{})
			<-up
		}
	})
}

// registered is a worker that is found by its name after each restart.
type registered struct{ worker }

func (r registered) Init(ctx *actors.Context[*item]) error {
	if err := ctx.Register("victim"); err != nil {
		return err
	}
	return r.worker.Init(ctx)
}
