// SPDX-License-Identifier: Apache-2.0

package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"time"

	"mabeam.dev/internal/benchtab"
)

func main() {
	rounds := flag.Int("rounds", 7, "interleaved rounds; each figure is the median")
	out := flag.String("out", "out/bench", "folder of the JSON file")
	idle := flag.Int("idle", 100_000, "idle processes for the memory figure")
	flag.Parse()
	t := benchtab.New("kernel")
	measure(t, *rounds)
	memory(t, *idle)
	if err := t.Report(os.Stdout, *out, time.Now()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run is one timed piece of work: it returns the time for a number of operations.
type run func(ops int) time.Duration

// sample is what the rounds of one run came to.
type sample struct{ perOp []float64 }

func (s sample) median() float64 {
	sorted := slices.Sorted(slices.Values(s.perOp))
	return sorted[len(sorted)/2]
}

// interleave runs value and baseline in turns, so that both see the same machine.
func interleave(rounds, ops int, value, base run) (v, b sample) {
	value(ops / 10) // warm: pools, stacks, caches
	base(ops / 10)
	for range rounds {
		v.perOp = append(v.perOp, perOp(value, ops))
		b.perOp = append(b.perOp, perOp(base, ops))
	}
	return v, b
}

func perOp(r run, ops int) float64 { return float64(r(ops).Nanoseconds()) / float64(ops) }
