// SPDX-License-Identifier: Apache-2.0

package work

import (
	"context"
	"runtime"
	"slices"
	"time"

	"mabeam.dev/actors"
)

// Run does a number of operations and returns how long they took.
type Run func(ops int) time.Duration

// Sample is what the rounds of one Run came to, in nanoseconds for one operation.
type Sample []float64

// Median returns the middle round, the upper of two; it panics without rounds.
func (s Sample) Median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	return sorted[len(sorted)/2]
}

func (s *Sample) add(d time.Duration, ops int) {
	*s = append(*s, float64(d.Nanoseconds())/float64(ops))
}

// Interleave times the runs in turns, each after a garbage collection and after a tenth of a round to warm pools, stacks and caches.
func Interleave(rounds, ops int, value, base Run) (v, b Sample) {
	value(max(1, ops/10))
	base(max(1, ops/10))
	for range rounds {
		runtime.GC()
		v.add(value(ops), ops)
		runtime.GC()
		b.add(base(ops), ops)
	}
	return v, b
}

// Pairwise times work that comes in two kinds which undo each other, after a tenth of a round and one garbage collection: that of a million
// processes takes longer than a round.
func Pairwise(rounds, ops int, both func(ops int) (do, undo time.Duration)) (d, u Sample) {
	both(max(1, ops/10))
	runtime.GC()
	for range rounds {
		do, undo := both(ops)
		d.add(do, ops)
		u.add(undo, ops)
	}
	return d, u
}

// Rounds times work without a counterpart, after a tenth of a round and one garbage collection.
func Rounds(rounds, ops int, value Run) (v Sample) {
	value(max(1, ops/10))
	runtime.GC()
	for range rounds {
		v.add(value(ops), ops)
	}
	return v
}

// Timed returns how long f takes.
func Timed(f func()) time.Duration {
	begin := time.Now()
	f()
	return time.Since(begin)
}

// Allocations counts the allocations of one f, of all goroutines together, rounded down as the testing package does.
func Allocations(n int, f func()) float64 {
	f()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		f()
	}
	runtime.ReadMemStats(&after)
	return float64((after.Mallocs - before.Mallocs) / uint64(n))
}

// InUse returns the bytes that the heap and the stacks hold after garbage collection.
func InUse() uint64 {
	runtime.GC()
	runtime.GC() // what the first one's finalizers and pools let go
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

var ctx = context.Background()

// closed ends a system; one that cannot end is a broken measurement.
func closed(sys *actors.System) { must(sys.Close(ctx)) }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func got[T any](v T, err error) T {
	must(err)
	return v
}
