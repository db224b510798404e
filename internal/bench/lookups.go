// SPDX-License-Identifier: Apache-2.0

package main

import (
	"mabeam.dev/internal/bench/work"
	"mabeam.dev/internal/benchtab"
)

// keys is how many keys there are to find one among.
const keys = 100_000

const bareMap = "bare xsync map load"

// lookups measures what anybody may read without asking a process.
func lookups(t *benchtab.Table, e effort) {
	for _, kind := range []struct {
		name string
		make func(n int) *work.Lookup
	}{
		{"process by name", work.Names},
	} {
		l := kind.make(e.ops(keys))
		v, b := work.Interleave(e.rounds, e.ops(1_000_000), l.Find, l.Bare)
		ratio(t, kind.name, v, b, bareMap, 2)
		allocations(t, kind.name+", allocations", l.Allocations(), 0)
		l.Close()
	}
}
