// SPDX-License-Identifier: Apache-2.0

package pbft

import (
	"flag"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

var (
	seeds = flag.Uint64("seeds", 2000, "how many schedules TestSimulation plays")
	first = flag.Uint64("start", 1, "the seed of its first schedule")
	trace = flag.Bool("trace", false, "print every message of it; for one schedule")
)

// explore plays settings for consecutive seeds on all cores and returns the first seed, in their order, that breaks a law.
func explore(from, count uint64, s func(seed uint64) setting) (uint64, error) {
	var wait sync.WaitGroup
	var next, worst atomic.Uint64
	next.Store(from)
	worst.Store(from + count)
	errs := make([]error, runtime.GOMAXPROCS(0))
	at := make([]uint64, len(errs))
	for i := range errs {
		wait.Add(1)
		go func() { // waited for below
			defer wait.Done()
			for {
				seed := next.Add(1) - 1
				if seed >= worst.Load() {
					return
				}
				if err := newWorld(s(seed)).run(); err != nil {
					errs[i], at[i] = err, seed
					for old := worst.Load(); seed < old && !worst.CompareAndSwap(old, seed); old = worst.Load() {
					}
					return
				}
			}
		}()
	}
	wait.Wait()
	for i, err := range errs {
		if err != nil && at[i] == worst.Load() {
			return at[i], err
		}
	}
	return 0, nil
}

func TestSimulation(t *testing.T) {
	seed, err := explore(*first, *seeds, func(seed uint64) setting { return setting{seed: seed, real: seed%100 == 0} })
	if err != nil {
		t.Fatalf("schedule %d: %v\nplay it again: go test ./protocols/pbft -run 'TestSimulation$' -seeds 1 -start %d -trace", seed, err, seed)
	}
}
