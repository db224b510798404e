// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/agents/query"
	"mabeam.dev/agents/registry"
	"mabeam.dev/internal/benchtab"
)

// watching is how many queries are watched under the mixed load, each of one capability among the healthy.
const watching = 1000

// mixed measures 95 look-ups to 5 updates of many callers at once on two cores, with a thousand watches.
func (b *bench) mixed(w *world) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	told := new(atomic.Int64)
	for i := range watching {
		if err := w.watch(i, told); err != nil {
			return err
		}
	}
	const callers = 64
	var all sync.WaitGroup
	var ops, missing atomic.Int64
	failed := make([]error, callers)
	end := time.Now().Add(b.long)
	start, busy := time.Now(), processor()
	for c := range callers {
		all.Go(func() {
			n := int64(0)
			for i := c; failed[c] == nil && (n%200 != 0 || time.Now().Before(end)); i += callers {
				for j := range 19 {
					if _, ok := w.reg.Lookup(registry.IDOf(w.rows[(i*31+j*977)%w.n])); !ok {
						missing.Add(1)
					}
				}
				failed[c] = w.update(i)
				n += 20
			}
			ops.Add(n)
		})
	}
	all.Wait()
	took, busy := time.Since(start).Seconds(), processor()-busy
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	if n := missing.Load(); n > 0 {
		return fmt.Errorf("%d look-ups found nobody", n)
	}
	b.row(w, "95 look-ups to 5 updates on 2 cores beside 1,000 watches", float64(ops.Load())/took, "ops/s", benchtab.ValueAtLeast(1_000_000))
	b.row(w, "processor time of one of these operations", float64(busy.Nanoseconds())/float64(ops.Load()), "ns", benchtab.ValueAtMost(2000))
	b.row(w, "changes told to watchers meanwhile", float64(told.Load())/took, "changes/s", benchtab.Goal{})
	return nil
}

// watch starts a process that watches one capability.
func (w *world) watch(i int, told *atomic.Int64) error {
	q := query.Query{Where: query.And(query.Capability.Eq(fmt.Sprintf("area-%d/skill-%d", i%20, i)), query.Health.Eq(query.Healthy))}
	failed := make(chan error, 1) // sent once by the process
	ref := actors.MustSpawn(w.sys, "", actors.Stateless(func(c *actors.Context[registry.Notice], n registry.Notice) error {
		if n.Watch == nil {
			_, _, err := registry.Subscribe(c, w.reg, q, registry.WatchOptions{}, func(n registry.Notice) registry.Notice { return n })
			failed <- err
			return err
		}
		told.Add(int64(len(n.Changes)))
		return nil
	}))
	ref.Tell(registry.Notice{})
	return <-failed
}
