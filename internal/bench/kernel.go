// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"time"

	"mabeam.dev/internal/bench/work"
	"mabeam.dev/internal/benchtab"
	"mabeam.dev/internal/kernel/baseline"
)

const (
	channel  = "bare channel round trip"
	rawSend  = "raw protoactor-go send"
	rawPairs = "raw protoactor-go pairs"
	rawSpawn = "raw protoactor-go spawn, started"
)

func kernel(s settings, w io.Writer) error {
	t := benchtab.New("kernel")
	idle := work.IdleBytes(s.idle) // before all else: a heap with holes would take some of the processes in for nothing
	messages(t, s.effort)
	lives(t, s.effort)
	t.Add(benchtab.Row{Measure: "idle supervised process", Unit: "bytes", Value: idle, Goal: benchtab.ValueAtMost(1024)})
	lookups(t, s.effort)
	if err := report(t, s, w); err != nil {
		return err
	}
	if s.most < few*10 {
		return nil
	}
	fmt.Fprintln(w)
	return report(scaling(s), s, w)
}

func messages(t *benchtab.Table, e effort) {
	raw := baseline.New()
	defer raw.Close()
	msg := &work.Item{}

	v, b := work.Interleave(e.rounds, e.ops(300_000), work.Tell, func(n int) time.Duration {
		return work.Timed(func() { raw.Send(n, msg) })
	})
	ratio(t, "tell", v, b, rawSend, 1.05)
	allocations(t, "tell, allocations", work.TellAllocations(), 0)

	v, b = work.Interleave(e.rounds, e.ops(400_000), work.Pairs, func(n int) time.Duration {
		send, stop := raw.Pairs(work.PairCount, max(1, n/work.PairCount), msg)
		defer stop()
		return work.Timed(send)
	})
	ratio(t, "tell, 8 pairs of processes", v, b, rawPairs, 1)

	v, b = work.Interleave(e.rounds, e.ops(100_000), work.PingPong, work.Channels)
	ratio(t, "ping-pong round trip", v, b, channel, 1.7)

	v, b = work.Interleave(e.rounds, e.ops(100_000), work.Call, work.Channels)
	ratio(t, "call from a goroutine", v, b, channel, 1.5)
	allocations(t, "call from a goroutine, allocations", work.CallAllocations(), 1)

	v, b = work.Interleave(e.rounds, e.ops(100_000), work.CallFromProcess, work.Channels)
	ratio(t, "call from a process", v, b, channel, 1.5)
	allocations(t, "call from a process, allocations", work.CallFromProcessAllocations(), 1)
}

// lives measures what processes cost from their start on.
func lives(t *benchtab.Table, e effort) {
	raw := baseline.New()
	v, b := work.Interleave(e.rounds, e.ops(20_000), work.Start, func(n int) time.Duration {
		var stop func()
		d := work.Timed(func() { stop = raw.Spawn(n) })
		stop()
		return d
	})
	raw.Close()
	ratio(t, "supervised start with its Init", v, b, rawSpawn, 1.8)
	micros(t, "supervised start with its Init, time", v, 5)
	micros(t, "crash to restarted and initialised", work.Rounds(e.rounds, e.ops(5_000), work.Restart), 8)
}

func ratio(t *benchtab.Table, name string, v, b work.Sample, base string, goal float64) {
	t.Add(benchtab.Row{Measure: name, Unit: "ns", Value: v.Median(), Baseline: b.Median(), BaselineName: base, Goal: benchtab.RatioAtMost(goal)})
}

func micros(t *benchtab.Table, name string, v work.Sample, goal float64) {
	t.Add(benchtab.Row{Measure: name, Unit: "us", Value: v.Median() / 1000, Goal: benchtab.ValueAtMost(goal)})
}

func allocations(t *benchtab.Table, name string, got, goal float64) {
	t.Add(benchtab.Row{Measure: name, Unit: "allocs", Value: got, Goal: benchtab.ValueAtMost(goal)})
}
