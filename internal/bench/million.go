// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"mabeam.dev/internal/bench/work"
	"mabeam.dev/internal/benchtab"
)

// memoryLimit is what the Go runtime is asked to stay within while a million processes are alive, unless GOMEMLIMIT says otherwise: by default it
// lets the heap double before it collects.
const memoryLimit = 1150 << 20

// mostResident is the goal for the peak of the whole program.
const mostResident = 1.2 * (1 << 30)

// million starts many supervised processes, sends each a message and stops them, and tells what each phase took.
func million(s settings, w io.Writer) error {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	n := s.million
	t := benchtab.New("million")
	t.Add(benchtab.Row{Measure: "processes alive at once", Value: float64(n), Unit: "processes"})
	phase := func(name string, took time.Duration) {
		fmt.Fprintf(w, "%-28s %8.2f s\n", name+" "+thousands(n), took.Seconds())
		t.Add(
			benchtab.Row{Measure: name + ", all", Value: took.Seconds(), Unit: "s"},
			benchtab.Row{Measure: name + ", each", Value: float64(took.Nanoseconds()) / float64(n), Unit: "ns"},
		)
	}
	c := work.NewCrowd(n)
	before := work.InUse()
	phase("start", c.Start())
	started := work.InUse()
	phase("message", c.Message())
	told := work.InUse()
	phase("stop", c.Stop())

	each := func(bytes uint64) float64 { return (float64(bytes) - float64(before)) / float64(n) }
	limit := benchtab.ValueAtMost(1024)
	t.Add(benchtab.Row{Measure: "idle process, started", Value: each(started), Unit: "bytes", Goal: limit})
	t.Add(benchtab.Row{Measure: "idle process, after a message", Value: each(told), Unit: "bytes", Goal: limit})
	if peak, ok := peakResident(); ok {
		t.Add(benchtab.Row{
			Measure: "peak resident memory", Value: peak / (1 << 20), Unit: "MiB",
			Goal: benchtab.ValueAtMost(mostResident / (1 << 20)),
		})
	} else {
		fmt.Fprintln(w, "LEFT OUT: peak resident memory: this system has no /proc/self/status")
	}
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		t.Add(benchtab.Row{Measure: "memory limit asked of the Go runtime", Value: float64(limit >> 20), Unit: "MiB"})
	}
	return report(t, s, w)
}

// peakResident returns the most memory that the program has had resident, in bytes, where the system tells it.
func peakResident() (float64, bool) {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	return highWater(string(data))
}

func highWater(status string) (float64, bool) {
	for line := range strings.Lines(status) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			return kib * 1024, err == nil
		}
	}
	return 0, false
}
