// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"strconv"
	"sync"
	"time"

	"mabeam.dev/agents/index"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/internal/benchtab"
)

var background = context.Background()

// writes measures single writes of one caller, who waits for each, and of many at once.
func (b *bench) writes(w *world) error {
	fresh := make([]*index.Row, b.calls)
	for i := range fresh {
		fresh[i] = w.agent(w.rng.IntN(w.n))
		fresh[i].ID += "-" + strconv.Itoa(i)
	}
	busy := processor()
	registered, err := medians(b.calls, func(i int) error {
		_, err := w.reg.Register(background, fresh[i])
		return err
	})
	if err != nil {
		return err
	}
	b.row(w, "register, processor time", b.perCall(processor()-busy), "ns", benchtab.Goal{})
	b.row(w, "register, published, median", registered.p50, "ns", benchtab.ValueAtMost(10_000))
	b.row(w, "register, published, mean", registered.mean, "ns", benchtab.ValueAtMost(10_000))
	b.row(w, "register, published, p99", registered.p99, "ns", benchtab.Goal{})
	gone, err := medians(b.calls, func(i int) error { return w.reg.Unregister(background, registry.IDOf(fresh[i])) })
	if err != nil {
		return err
	}
	b.row(w, "unregister, published, median", gone.p50, "ns", benchtab.Goal{})
	busy = processor()
	updated, err := medians(b.calls, func(i int) error { return w.update(i) })
	if err != nil {
		return err
	}
	b.row(w, "update of health, processor time", b.perCall(processor()-busy), "ns", benchtab.Goal{})
	b.row(w, "update of health, published, median", updated.p50, "ns", benchtab.ValueAtMost(10_000))
	b.row(w, "update of health, published, mean", updated.mean, "ns", benchtab.ValueAtMost(10_000))
	b.row(w, "update of health, published, p99", updated.p99, "ns", benchtab.Goal{})
	const callers = 64
	var all sync.WaitGroup
	failed := make([]error, callers)
	start := time.Now()
	for c := range callers {
		all.Go(func() {
			for i := c; i < b.calls && failed[c] == nil; i += callers {
				failed[c] = w.update(i)
			}
		})
	}
	all.Wait()
	b.row(w, "updates of 64 callers at once", float64(b.calls)/time.Since(start).Seconds(), "updates/s", benchtab.Goal{})
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

// perCall returns the nanoseconds of one call of a measure.
func (b *bench) perCall(all time.Duration) float64 {
	return float64(all.Nanoseconds()) / float64(b.calls)
}

// update gives some agent another health. Any goroutine may.
func (w *world) update(i int) error {
	row := w.rows[i*7919%w.n]
	_, err := w.reg.Update(background, registry.IDOf(row), 0, registry.Patch{
		Health: index.Known(index.Health{Status: query.Status(1 + i%(query.Statuses-1))}),
	})
	return err
}
