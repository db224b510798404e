// SPDX-License-Identifier: Apache-2.0

package main

import (
	"runtime"

	"mabeam.dev/actors"
	"mabeam.dev/internal/benchtab"
)

// memory measures what an idle supervised process holds: heap and stacks after garbage collection, over their number.
func memory(t *benchtab.Table, n int) {
	sys := actors.New(actors.Options{})
	defer closed(sys)
	s := pool(sys, nil)
	startOne(s)
	before := inUse()
	for range n {
		startOne(s)
	}
	after := inUse()
	runtime.KeepAlive(s)
	t.Add(benchtab.Row{Measure: "idle supervised process", Unit: "bytes", Value: float64(after-before) / float64(n)})
}

func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
