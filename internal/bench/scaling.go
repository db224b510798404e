// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"

	"mabeam.dev/internal/bench/work"
	"mabeam.dev/internal/benchtab"
)

// few is the number of processes alive that costs among more of them are compared with.
const few = 1_000

// flat is how many times the cost among few is still called not growing: larger numbers of anything leave the processor's caches.
const flat = 2

// orderedLookup is the one operation whose cost grows by its nature: a search tree gets deeper.
const orderedLookup = "ordered table lookup by key"

// scaling measures what operations cost with more and more processes alive. Each size is taken between two of the smallest, which are what it is
// compared with, so that a machine that gets slower meanwhile is not taken for growth.
func scaling(s settings) *benchtab.Table {
	t := benchtab.New("scaling")
	for n := few * 10; n <= s.most; n *= 10 {
		before := among(few, s.effort)
		many := among(n, s.effort)
		after := among(few, s.effort)
		for i, c := range many {
			base := append(before[i].ns, after[i].ns...)
			row := benchtab.Row{
				Measure: alive(c.operation, n), Unit: "ns", Value: c.ns.Median(), Baseline: base.Median(), BaselineName: "with " + thousands(few),
			}
			if c.operation != orderedLookup {
				row.Goal = benchtab.RatioAtMost(flat)
			}
			t.Add(row)
		}
	}
	return t
}

// cost is what one operation costs among a number of processes.
type cost struct {
	operation string
	ns        work.Sample
}

func among(n int, e effort) (out []cost) {
	// A supervisor of each kind, because their bookkeeping differs.
	for _, kind := range []struct {
		name string
		make func(n int) *work.World
	}{{"dynamic child", work.Pool}, {"child with an id", work.Tree}} {
		w := kind.make(n)
		if kind.name == "dynamic child" { // whose child it is makes no difference to a message
			out = append(out, cost{"tell", work.Rounds(e.rounds, e.ops(100_000), w.Tell)}, cost{"call", work.Rounds(e.rounds, e.ops(20_000), w.Call)})
		}
		start, stop := work.Pairwise(e.rounds, e.ops(2_000), w.Turnover)
		out = append(out,
			cost{"start of a " + kind.name, start}, cost{"stop of a " + kind.name, stop},
			cost{"restart of a " + kind.name, work.Rounds(e.rounds, e.ops(500), w.Restart)})
		w.Close()
	}
	for _, kind := range []struct {
		name string
		make func(n int) *work.Lookup
	}{{"process by name", work.Names}, {"table lookup by key", work.Set}, {orderedLookup, work.Ordered}} {
		l := kind.make(n)
		out = append(out, cost{kind.name, work.Rounds(e.rounds, e.ops(200_000), l.Find)})
		l.Close()
	}
	return out
}

// thousands writes a number with commas: 100,000.
func thousands(n int) string {
	text := fmt.Sprint(n)
	var b strings.Builder
	for i, r := range text {
		if i > 0 && (len(text)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return b.String()
}
