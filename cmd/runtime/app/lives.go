// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"mabeam.dev/agents"
)

// agentLife is what an agent did in a run, all its incarnations together.
type agentLife struct {
	ID     string `json:"id"`     // unique in the node
	Kind   string `json:"kind"`   // what it is
	Tasks  uint64 `json:"tasks"`  // attempts that ended
	Done   uint64 `json:"done"`   // of them with a result
	Failed uint64 `json:"failed"` // of them without
	Starts uint64 `json:"starts"` // incarnations
	// Success is the share of attempts with a result, from 0 to 1; it and the times are left out if no attempt ended.
	Success *float64 `json:"success,omitempty"`
	P50     *float64 `json:"p50_seconds,omitempty"` // median time of an attempt
	P99     *float64 `json:"p99_seconds,omitempty"` // 99th percentile of it
	Busy    float64  `json:"busy"`                  // share of its time with work in hand, from 0 to 1
}

// agentLives tells what each agent of a node that has ended did.
func agentLives(dir *agents.Directory) []agentLife {
	all := []agentLife{}
	for info := range dir.Infos() {
		l := agentLife{ID: info.Spec.ID, Kind: info.Spec.Kind, Starts: info.Incarnation}
		if lived := info.Since.Sub(info.RegisteredAt); lived > 0 {
			l.Busy = min(1, float64(info.BusyFor)/float64(lived))
		}
		if f, ok := dir.Lifetime(info.Spec.ID); ok && f.Attempts > 0 {
			l.Tasks, l.Done, l.Failed = f.Attempts, f.Done, f.Failed
			success, _ := f.SuccessRate()
			p50, p99 := f.P50.Seconds(), f.P99.Seconds()
			l.Success, l.P50, l.P99 = &success, &p50, &p99
		}
		all = append(all, l)
	}
	return all
}

// mostLives is how many agents a table has.
const mostLives = 20

// printLives writes the table of the agents; of many those that did most.
func printLives(w io.Writer, all []agentLife) {
	if len(all) == 0 {
		return
	}
	shown := all
	if len(all) > mostLives {
		shown = slices.Clone(all)
		slices.SortStableFunc(shown, func(a, b agentLife) int { return cmp.Compare(b.Tasks, a.Tasks) })
		shown = shown[:mostLives]
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nAGENT\tTASKS\tSUCCESS\tP50\tP99\tBUSY\tSTARTS")
	for _, l := range shown {
		success, p50, p99 := "-", "-", "-"
		if l.Success != nil {
			success, p50, p99 = fmt.Sprintf("%.1f%%", 100**l.Success), brief(*l.P50), brief(*l.P99)
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%.0f%%\t%d\n", l.ID, l.Tasks, success, p50, p99, 100*l.Busy, l.Starts)
	}
	_ = t.Flush() // nobody can be told when standard output is gone
	if len(all) > len(shown) {
		fmt.Fprintf(w, "... and %d agents that did less; -o json shows all\n", len(all)-len(shown))
	}
}

// brief is a time to three digits.
func brief(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	unit := time.Duration(1)
	for unit*1000 <= d {
		unit *= 10
	}
	return d.Round(unit).String()
}
