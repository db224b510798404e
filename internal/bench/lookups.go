// SPDX-License-Identifier: Apache-2.0

package main

import (
	"mabeam.dev/internal/bench/work"
	"mabeam.dev/internal/benchtab"
)

// keys is how many keys there are to find one among.
const keys = 100_000

// lookups measures what anybody may read without asking a process.
func lookups(t *benchtab.Table, e effort) {
	for _, kind := range []struct {
		name   string
		make   func(n int) *work.Lookup
		bare   string
		allocs float64
	}{
		{"process by name", work.Names, "bare xsync map load", 0},
		{"members of a group of 8", work.Groups, "bare xsync map load, list copied", 1},
	} {
		l := kind.make(e.ops(keys))
		v, b := work.Interleave(e.rounds, e.ops(1_000_000), l.Find, l.Bare)
		ratio(t, kind.name, v, b, kind.bare, 2)
		allocations(t, kind.name+", allocations", l.Allocations(), kind.allocs)
		l.Close()
	}
}
