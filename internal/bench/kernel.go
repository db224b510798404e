// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"mabeam.dev/internal/bench/work"
	"mabeam.dev/internal/benchtab"
	"mabeam.dev/internal/kernel/baseline"
)

// measure is one piece of work and the rows that come of it.
type measure struct {
	name string
	rows func(settings) []benchtab.Row
}

const (
	channel = "bare channel round trip"
	bareMap = "bare xsync map load"
)

// kernelMeasures are in the order of the table. Memory comes first: a heap with holes would take some of the processes in for nothing.
var kernelMeasures = []measure{
	{"idle supervised process", func(s settings) []benchtab.Row {
		return []benchtab.Row{{Measure: "idle supervised process", Unit: "bytes", Value: work.IdleBytes(s.idle), Goal: benchtab.ValueAtMost(1024)}}
	}},
	{"tell", func(s settings) []benchtab.Row {
		raw := baseline.New()
		defer raw.Close()
		msg := &work.Item{}
		v, b := work.Interleave(s.rounds, s.ops(300_000), work.Tell, func(n int) time.Duration {
			return work.Timed(func() { raw.Send(n, msg) })
		})
		return []benchtab.Row{ratio("tell", v, b, "raw protoactor-go send", 1.05), allocations("tell", work.TellAllocations(), 0)}
	}},
	{"tell, 8 pairs of processes", func(s settings) []benchtab.Row {
		raw := baseline.New()
		defer raw.Close()
		msg := &work.Item{}
		v, b := work.Interleave(s.rounds, s.ops(400_000), work.Pairs, func(n int) time.Duration {
			send, stop := raw.Pairs(work.PairCount, max(1, n/work.PairCount), msg)
			defer stop()
			return work.Timed(send)
		})
		return []benchtab.Row{ratio("tell, 8 pairs of processes", v, b, "raw protoactor-go pairs", 1)}
	}},
	{"ping-pong round trip", func(s settings) []benchtab.Row {
		v, b := work.Interleave(s.rounds, s.ops(100_000), work.PingPong, work.Channels)
		return []benchtab.Row{ratio("ping-pong round trip", v, b, channel, 1.7)}
	}},
	{"call from a goroutine", func(s settings) []benchtab.Row {
		v, b := work.Interleave(s.rounds, s.ops(100_000), work.Call, work.Channels)
		return []benchtab.Row{ratio("call from a goroutine", v, b, channel, 1.5), allocations("call from a goroutine", work.CallAllocations(), 1)}
	}},
	{"call from a process", func(s settings) []benchtab.Row {
		v, b := work.Interleave(s.rounds, s.ops(100_000), work.CallFromProcess, work.Channels)
		return []benchtab.Row{ratio("call from a process", v, b, channel, 1.5), allocations("call from a process", work.CallFromProcessAllocations(), 1)}
	}},
	{"supervised start with its Init", func(s settings) []benchtab.Row {
		raw := baseline.New()
		defer raw.Close()
		spawned := func(spawn func(int) func()) work.Run {
			return func(n int) time.Duration {
				var stop func()
				d := work.Timed(func() { stop = spawn(n) })
				stop()
				return d
			}
		}
		const name = "supervised start with its Init"
		v, each := work.Interleave(s.rounds, s.ops(20_000), work.Start, spawned(raw.SpawnEach))
		again, overlapping := work.Interleave(s.rounds, s.ops(20_000), work.Start, spawned(raw.Spawn))
		return []benchtab.Row{
			ratio(name, v, each, "raw protoactor-go spawns, each awaited", 1.8),
			ratio(name+", beside overlapping spawns", again, overlapping, "raw protoactor-go spawns, awaited together", 1.8),
			micros(name+", time", v, 5),
		}
	}},
	{"crash to restarted and initialised", func(s settings) []benchtab.Row {
		return []benchtab.Row{micros("crash to restarted and initialised", work.Rounds(s.rounds, s.ops(5_000), work.Restart), 8)}
	}},
	{"table lookup by key", lookup("table lookup by key", work.Set, bareMap, 0)},
	{orderedLookup, lookup(orderedLookup, work.Ordered, "bare B-tree get", 0)},
	{"process by name", lookup("process by name", work.Names, bareMap, 0)},
	{"members of a group of 8", lookup("members of a group of 8", work.Groups, bareMap+", list copied", 1)},
}

// keys is how many keys there are to find one among.
const keys = 100_000

// lookup measures what anybody may read without asking a process.
func lookup(name string, populate func(n int) *work.Lookup, base string, allocs float64) func(settings) []benchtab.Row {
	return func(s settings) []benchtab.Row {
		l := populate(s.ops(keys))
		defer l.Close()
		v, b := work.Interleave(s.rounds, s.ops(1_000_000), l.Find, l.Bare)
		return []benchtab.Row{ratio(name, v, b, base, 2), allocations(name, l.Allocations(), allocs)}
	}
}

func kernel(s settings, w io.Writer) error {
	t := benchtab.New("kernel")
	for _, m := range kernelMeasures {
		if s.wants(m.name) {
			t.Add(m.rows(s)...)
		}
	}
	if err := report(t, s, w); err != nil || s.most < few*10 || s.only != "" {
		return err
	}
	fmt.Fprintln(w)
	return report(scaling(s), s, w)
}

// wants says whether a measure is asked for.
func (s settings) wants(measure string) bool { return strings.Contains(measure, s.only) }

func ratio(name string, v, b work.Sample, base string, goal float64) benchtab.Row {
	return benchtab.Row{Measure: name, Unit: "ns", Value: v.Median(), Baseline: b.Median(), BaselineName: base, Goal: benchtab.RatioAtMost(goal)}
}

func micros(name string, v work.Sample, goal float64) benchtab.Row {
	return benchtab.Row{Measure: name, Unit: "us", Value: v.Median() / 1000, Goal: benchtab.ValueAtMost(goal)}
}

func allocations(name string, got, goal float64) benchtab.Row {
	return benchtab.Row{Measure: name + ", allocations", Unit: "allocs", Value: got, Goal: benchtab.ValueAtMost(goal)}
}
