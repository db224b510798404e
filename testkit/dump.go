// SPDX-License-Identifier: Apache-2.0

package testkit

import (
	"cmp"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/telemetry"
)

// What a dump shows at most.
const (
	shownProcesses = 200
	shownEvents    = 30
	shownMessages  = 10
)

// Dump renders what is going on in a system: the tree of its processes with the mailbox, message in hand, timers and stash of each, its counts,
// and the last events. It asks no process, so it works when they hang.
func Dump(sys *actors.System) string {
	var b strings.Builder
	dumpProcesses(&b, sys)
	n := sys.Totals()
	fmt.Fprintf(&b, "counts: %d started, %d ended, %d of them crashed, %d dead letters, %d late replies, %d handlers abandoned, %d of them not back\n",
		n.Started, n.Exited, n.Crashed, n.DeadLetters, n.LateReplies, n.Abandoned, n.Abandoning)
	dumpEvents(&b, sys)
	return b.String()
}

// dumpProcesses draws the tree, in the order of starts.
func dumpProcesses(b *strings.Builder, sys *actors.System) {
	children := map[actors.PID][]actors.PID{}
	all := slices.Collect(sys.Processes())
	for _, p := range all {
		parent := p.Parent()
		if !slices.Contains(all, parent) {
			parent = actors.PID{}
		}
		children[parent] = append(children[parent], p)
	}
	fmt.Fprintf(b, "processes: %d\n", len(all))
	shown := 0
	var draw func(parent actors.PID, depth int)
	draw = func(parent actors.PID, depth int) {
		slices.SortFunc(children[parent], func(a, b actors.PID) int { return cmp.Compare(a.Incarnation(), b.Incarnation()) })
		for _, p := range children[parent] {
			if shown++; shown <= shownProcesses {
				fmt.Fprintf(b, "%s%s\n", strings.Repeat("  ", depth+1), describe(p))
			}
			draw(p, depth+1)
		}
	}
	draw(actors.PID{}, 0)
	if shown > shownProcesses {
		fmt.Fprintf(b, "  and %d more\n", shown-shownProcesses)
	}
}

// describe renders one process on a line.
func describe(p actors.PID) string {
	st, _ := p.Status()
	var b strings.Builder
	fmt.Fprintf(&b, "%s", p)
	if st.Kind != "" {
		fmt.Fprintf(&b, " (%s)", st.Kind)
	}
	fmt.Fprintf(&b, " %s, mailbox %d (most %d), handled %d", st.State, st.Queue, st.HighWater, st.Handled)
	for _, c := range []struct {
		n    int
		what string
	}{{st.Stashed, "stashed"}, {st.Timers, "timers"}, {st.Links, "links"}, {st.Monitors, "monitors"}} {
		if c.n > 0 {
			fmt.Fprintf(&b, ", %s %d", c.what, c.n)
		}
	}
	if st.InHand != "" {
		fmt.Fprintf(&b, ", has had %s in hand for %s", st.InHand, st.Since)
	}
	if st.Waiting {
		b.WriteString(", waits for somebody")
	}
	return b.String()
}

// dumpEvents shows the last events with their time since the first that is remembered.
func dumpEvents(b *strings.Builder, sys *actors.System) {
	entries, n := kitOf(sys).events.since(0, nil)
	if n == 0 {
		b.WriteString("events: none\n")
		return
	}
	born := entries[0].at
	entries = entries[max(0, len(entries)-shownEvents):]
	fmt.Fprintf(b, "events: %d, the last of them:\n", n)
	for _, e := range entries {
		fmt.Fprintf(b, "  +%s %s\n", e.at.Sub(born).Round(time.Microsecond), describeEvent(e.value))
	}
}

// describeEvent renders an event on a line, without the stack of a panic.
func describeEvent(e telemetry.Event) string {
	text := e.EventName()
	logged, ok := e.(telemetry.Logged)
	if !ok {
		return text
	}
	for _, a := range logged.LogAttrs() {
		if a.Key != telemetry.KeyStack && !a.Equal(slog.String(a.Key, "")) {
			text += " " + a.String()
		}
	}
	return text
}
