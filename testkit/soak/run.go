// SPDX-License-Identifier: Apache-2.0

package soak

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/supervision"
	"mabeam.dev/telemetry"
)

// Plan says what a run is.
type Plan struct {
	Processes int           // of the tree; at least 100
	Length    time.Duration // how long rounds begin; a run has three rounds at least, beyond those in which it gets warm
	Round     int           // messages between two rests; 0 is 200,000
	Seed      uint64        // of what is drawn
	// Grown is how many bytes of heap a run may have more than when it was warm; 0 is 16 MiB. Negative: heap is not looked at.
	Grown int64
	Told  func(Row) // hears of every row of the report as it is made; nil for nobody
}

// moreGoroutines is how many a run may have more than when it was warm: idle workers of the dispatcher come and go.
func moreGoroutines() int { return 24 + 8*runtime.GOMAXPROCS(0) }

// warm is how many rounds a run has before anything is compared: mailboxes, pools and registries get their size.
const warm = 3

// spawned is how many processes come and go before the first round, so that the engine's registry has the size that it keeps.
const spawned = 100_000

// run is one run.
type run struct {
	plan    Plan
	shape   shape
	sys     *actors.System
	root    *supervision.Supervisor
	slots   []atomic.Pointer[actors.Ref[message]] // the present incarnation of each worker, or the last
	gate    atomic.Pointer[actors.Gate]           // where hanging handlers wait
	hanging chan actors.PID                       // processes with such a handler: sent by them, read by turn, never closed, 1,024
	drivers [drivers]*driver
	ledger  ledger

	incarnations, hangs, kills atomic.Int64
}

// Run stands a tree under faults and overload as the plan says. The report is there also when there is an error.
func Run(ctx context.Context, p Plan) (*Report, error) {
	if p.Processes < 100 {
		return &Report{}, fmt.Errorf("soak: run: %d processes are too few: at least 100", p.Processes)
	}
	if p.Round == 0 {
		p.Round = 200_000
	}
	if p.Grown == 0 {
		p.Grown = 16 << 20
	}
	r := &run{plan: p, shape: shapeOf(p.Processes), hanging: make(chan actors.PID, 1024)}
	r.slots = make([]atomic.Pointer[actors.Ref[message]], r.shape.workers)
	for i := range r.drivers {
		r.drivers[i] = &driver{run: r, id: i, rng: rand.New(rand.NewPCG(p.Seed, uint64(i)))}
	}
	bus := telemetry.NewBus()
	telemetry.Subscribe(bus, "soak", r.deadLetter)
	r.sys = actors.New(actors.Options{Events: bus, TrackIdle: true, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	report := &Report{Plan: p}
	err := r.rounds(ctx, report)
	if end := r.close(ctx, report); err == nil {
		err = end
	}
	return report, err
}

// deadLetter keeps the bus's line of the books.
func (r *run) deadLetter(e actors.DeadLetter) {
	m, ok := e.Message.(message)
	switch {
	case !ok:
	case m.call != nil || m.do == tick:
		r.ledger.violation("a call or a tick became a dead letter: %s", e.Why)
	default:
		r.ledger.dead.Add(1)
	}
}

// rounds runs the load until the time is up, with a rest after each round.
func (r *run) rounds(ctx context.Context, report *Report) error {
	if r.plan.Grown > 0 {
		for range spawned {
			actors.MustSpawn(r.sys, "", actors.Stateless(func(*actors.Context[int], int) error { return nil })).PID().Kill()
		}
	}
	r.gate.Store(r.sys.NewGate())
	var err error
	if r.root, err = supervision.Start(r.sys, "soak", r.spec()); err != nil {
		return err
	}
	began, told := time.Now(), time.Now()
	for round := 1; ; round++ {
		r.storm(ctx, r.plan.Round)
		if err := r.rest(ctx); err != nil {
			return fmt.Errorf("%w\nafter round %d", err, round)
		}
		last := round >= warm+3 && time.Since(began) >= r.plan.Length
		if round != warm && !last && time.Since(told) < time.Minute {
			continue
		}
		told = time.Now()
		row := r.row(began, round)
		report.add(row)
		if r.plan.Told != nil {
			r.plan.Told(row)
		}
		if err := report.grown(); err != nil {
			return err
		}
		if last {
			return nil
		}
	}
}

// rest waits until everything rests and checks the books.
func (r *run) rest(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Minute, errors.New("soak: the system does not come to rest within a minute"))
	defer cancel()
	if err := r.sys.WaitQuiet(ctx); err != nil {
		return err
	}
	err := r.ledger.check()
	if n := r.sys.Len(); n != r.plan.Processes {
		err = errors.Join(err, fmt.Errorf("soak: %d processes live, and the tree has %d", n, r.plan.Processes))
	}
	return errors.Join(err, r.idle())
}

// idle checks that nothing of dead processes is left.
func (r *run) idle() error {
	if n := r.sys.Totals(); n.Abandoning != 0 || n.LeftGo != 0 {
		return fmt.Errorf("soak: %d handlers and %d goroutines of dead processes are left", n.Abandoning, n.LeftGo)
	}
	return nil
}

// close ends the run: the system is closed in the middle of a last round.
func (r *run) close(ctx context.Context, report *Report) error {
	ended := make(chan error, 1)
	if r.root == nil {
		return r.sys.Close(ctx)
	}
	go func() { ended <- r.sys.Close(ctx) }() // awaited below
	r.storm(ctx, r.plan.Round/10)
	if err := <-ended; err != nil {
		return err
	}
	wait, cancel := context.WithTimeoutCause(ctx, time.Minute, errors.New("soak: the closed system does not come to rest within a minute"))
	defer cancel()
	if err := r.sys.WaitQuiet(wait); err != nil {
		return err
	}
	report.End = r.books()
	return errors.Join(r.ledger.check(), r.idle())
}

// measure returns the heap in use after a collection, in bytes, and the number of goroutines.
func measure() (heap int64, goroutines int) {
	for range 3 { // pools give up what they hold in two cycles
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc), runtime.NumGoroutine()
}
