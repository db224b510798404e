// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"mabeam.dev/actors"
)

// holdings is what a system holds at some moment.
type holdings struct {
	processes  map[actors.PID]bool
	timers     map[string]int    // armed, by who made them; in a simulation by the process that has them
	goroutines map[string]string // of the bubble, by their number
	abandoned  int64             // handlers of killed processes that have not returned
	left       int64             // goroutines of Context.Go left behind that have not returned
}

func (k *kit) hold() holdings {
	h := holdings{processes: map[actors.PID]bool{}, timers: map[string]int{}}
	for p := range k.sys.Processes() {
		h.processes[p] = true
		if k.clock == nil {
			st, _ := p.Status()
			h.timers[p.String()] = st.Timers
		}
	}
	if k.clock != nil {
		h.timers = k.clock.timers()
	}
	if !k.sys.Simulated() {
		h.goroutines = goroutines()
	}
	n := k.sys.Totals()
	h.abandoned, h.left = n.Abandoning, n.LeftGo
	return h
}

// since lists what h has and before has not.
func (h holdings) since(before holdings) []string {
	var lines []string
	var processes []actors.PID
	for p := range h.processes {
		if !before.processes[p] {
			processes = append(processes, p)
		}
	}
	slices.SortFunc(processes, func(a, b actors.PID) int { return cmp.Compare(a.Incarnation(), b.Incarnation()) })
	for _, p := range processes {
		lines = append(lines, "process "+describe(p))
	}
	if n := h.abandoned - before.abandoned; n > 0 {
		lines = append(lines, fmt.Sprintf("%d abandoned handlers of killed processes", n))
	}
	if n := h.left - before.left; n > 0 {
		lines = append(lines, fmt.Sprintf("%d goroutines of Context.Go whose process has crashed or was killed", n))
	}
	for _, line := range more(before.timers, h.timers) {
		lines = append(lines, "timers: "+line)
	}
	var stacks []string
	for id, text := range h.goroutines {
		if _, old := before.goroutines[id]; !old {
			stacks = append(stacks, text)
		}
	}
	slices.Sort(stacks)
	return append(lines, stacks...)
}

// leftAtEnd lists what a closed system still holds.
func (k *kit) leftAtEnd() []string {
	h := k.hold()
	maps.DeleteFunc(h.timers, func(by string, _ int) bool { return strings.HasPrefix(by, delayed) })
	return h.since(holdings{})
}

// Leaks notes what the system holds when everybody rests, and returns a function that fails the test for whatever has come since and is still
// there when everybody rests: processes, handlers of killed processes, goroutines, armed timers. In a simulation goroutines are not looked at:
// they are the simulator's.
func Leaks(t T, sys *actors.System) (check func()) {
	Settle(sys)
	k := kitOf(sys)
	before := k.hold()
	return func() {
		t.Helper()
		Settle(sys)
		if left := k.hold().since(before); len(left) > 0 {
			fail(t, sys, "leaks: these have come and stayed:\n%s", strings.Join(left, "\n"))
		}
	}
}
