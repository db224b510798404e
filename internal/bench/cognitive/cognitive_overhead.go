// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"mabeam.dev/cognitive"
	"mabeam.dev/cognitive/adapt"
	"mabeam.dev/internal/benchtab"
)

// overhead compares an agent that reads three variables and reports once for each unit of work with one that has three atomics and a counter instead, in pairs that are interleaved: with,
// without, without, with.
func (b *bench) overhead() error {
	for _, m := range []struct {
		name   string
		agents int
	}{{"one agent", 1}, {"an agent on each core", runtime.GOMAXPROCS(0)}} {
		if err := b.beside(m.name, m.agents); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) beside(name string, agents int) (err error) {
	w, err := setup{variables: 3 * agents, settings: cognitive.Settings{Durability: cognitive.Buffered}, watched: true}.open()
	defer func() { err = errors.Join(err, w.close()) }()
	if err != nil {
		return err
	}
	for _, v := range w.vars {
		spec := adapt.Spec{Objective: adapt.Performance(adapt.Weight{Metric: "latency", Weight: -1})}
		if err := w.space.Adapt(context.Background(), cognitive.Adaptation{Variable: v.Name(), Spec: spec}); err != nil {
			return err
		}
	}
	pairs, units := 20*b.rounds, b.many(200)
	steps := calibrate()
	var plain [3]atomic.Uint64
	var counted atomic.Uint64
	with := func(agent, unit int) float64 {
		mine := w.vars[3*agent : 3*agent+3]
		x := toil(mine[0].Get()+mine[1].Get()+mine[2].Get(), steps)
		v := mine[unit%3]
		_ = w.space.Report(cognitive.Feedback{Variable: v.Name(), Version: v.Load().Version, Agent: "worker", Metrics: []adapt.Metric{{Name: "latency", Value: x}}})
		return x
	}
	without := func(_, _ int) float64 {
		x := toil(math.Float64frombits(plain[0].Load())+math.Float64frombits(plain[1].Load())+math.Float64frombits(plain[2].Load()), steps)
		counted.Add(1)
		return x
	}
	var ours, theirs []float64
	for pair := range pairs + 1 {
		var took [4]float64
		for i, unit := range []func(int, int) float64{with, without, without, with} {
			took[i] = together(agents, units, unit)
		}
		if pair > 0 { // the first is to warm up
			ours, theirs = append(ours, took[0]+took[3]), append(theirs, took[1]+took[2])
		}
	}
	low, high := paired(ours, theirs)
	b.row("overhead on units of 100 us, "+name+", mean", 100*(mean(ours)/mean(theirs)-1), "%", benchtab.Goal{})
	b.row("overhead on units of 100 us, "+name+", lower end of 95 %", 100*(low-1), "%", benchtab.Goal{})
	b.row("overhead on units of 100 us, "+name+", upper end of 95 %", 100*(high-1), "%", benchtab.ValueAtMost(1))
	return nil
}

// together has agents do their units at the same time and returns how long it took, in seconds.
func together(agents, units int, unit func(agent, unit int) float64) float64 {
	var done sync.WaitGroup
	var sum atomic.Uint64
	start := time.Now()
	for agent := range agents {
		done.Go(func() { // it ends with its last unit
			x := 0.0
			for i := range units {
				x += unit(agent, i)
			}
			sum.Store(math.Float64bits(x)) // so that the work is done
		})
	}
	done.Wait()
	return time.Since(start).Seconds()
}

// toil is so many steps of work.
func toil(x float64, steps int) float64 {
	for range steps {
		x += 1 / (1 + x*x)
	}
	return x
}

// calibrate returns how many steps take 100 us.
func calibrate() int {
	const steps = 20_000
	best := math.Inf(1)
	for range 20 {
		start := time.Now()
		if toil(1, steps) > 0 {
			best = min(best, time.Since(start).Seconds())
		}
	}
	return int(steps * 100e-6 / best)
}
