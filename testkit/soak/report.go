// SPDX-License-Identifier: Apache-2.0

package soak

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
)

// Books are the figures of a run at rest.
type Books struct {
	Sent, Handled, Dead, Refused                 int64 // messages that are no calls: Sent is the sum of the other three
	Calls, Replied, Ended, TimedOut, CallRefused int64 // Calls is the sum of the outcomes: a reply, the callee's end, the caller's time, a refusal
	InOrder, ByCrash, Void                       int64 // everything that was handled, calls included
	Crashes, Kills, Hangs, Incarnations          int64 // of processes; kills are those that the load has asked for
}

// Row is one line of a report, made when everything rests.
type Row struct {
	After      time.Duration // since the first round began
	Round      int
	Books      Books
	Goroutines int
	Heap       int64 // bytes in use after a collection
}

// String renders the row on one line.
func (r Row) String() string {
	return fmt.Sprintf("%s: %d messages and %d calls, %d crashes, %d kills, %d goroutines, heap %d KiB", r.After.Round(time.Second),
		r.Books.Sent, r.Books.Calls, r.Books.Crashes, r.Books.Kills, r.Goroutines, r.Heap>>10)
}

// Report is how a run went.
type Report struct {
	Plan Plan
	Rows []Row // the first when the run was warm
	End  Books // when the system had been closed in the middle of a last round
}

func (r *run) books() Books {
	l := &r.ledger
	return Books{
		Sent: l.sent.Load(), Handled: l.handled.Load(), Dead: l.dead.Load(), Refused: l.refused.Load(),
		Calls: l.calls.Load(), Replied: l.replied.sum(), Ended: l.ended.sum(), TimedOut: l.timedOut.sum(), CallRefused: l.notTaken.sum(),
		InOrder: l.inOrder.Load(), ByCrash: l.byCrash.Load(), Void: l.void.Load(),
		Crashes: r.sys.Totals().Crashed, Kills: r.kills.Load(), Hangs: r.hangs.Load(), Incarnations: r.incarnations.Load(),
	}
}

func (r *run) row(began time.Time, round int) Row {
	row := Row{After: time.Since(began), Round: round, Books: r.books()}
	row.Heap, row.Goroutines = measure()
	return row
}

func (r *Report) add(row Row) { r.Rows = append(r.Rows, row) }

// grown returns what the last row has too much of, compared with the first.
func (r *Report) grown() error {
	first, last := r.Rows[0], r.Rows[len(r.Rows)-1]
	if last.Goroutines > first.Goroutines+moreGoroutines() {
		return fmt.Errorf("soak: %d goroutines after round %d, and %d when the run was warm", last.Goroutines, last.Round, first.Goroutines)
	}
	if r.Plan.Grown >= 0 && last.Heap > first.Heap+r.Plan.Grown {
		return fmt.Errorf("soak: %d bytes of heap after round %d, and %d when the run was warm", last.Heap, last.Round, first.Heap)
	}
	return nil
}

// String renders the report as a table with a line for each row, and what the run has shown.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "soak of %d processes, seed %d\n", r.Plan.Processes, r.Plan.Seed)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "after\trounds\tmessages\tcalls\tdead letters\trefused\tcrashes\tkills\thung\tstarts\tgoroutines\theap KiB\t")
	for _, row := range r.Rows {
		n := row.Books
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", row.After.Round(time.Second), row.Round, n.Sent, n.Calls, n.Dead,
			n.Refused+n.CallRefused, n.Crashes, n.Kills, n.Hangs, n.Incarnations, row.Goroutines, row.Heap>>10)
	}
	w.Flush() //nolint:errcheck // into memory
	n := r.End
	fmt.Fprintf(&b, "messages: %d sent = %d handled + %d dead letters + %d refused\n", n.Sent, n.Handled, n.Dead, n.Refused)
	fmt.Fprintf(&b, "calls: %d made = %d replied + %d whose callee ended + %d that waited long enough + %d refused\n",
		n.Calls, n.Replied, n.Ended, n.TimedOut, n.CallRefused)
	fmt.Fprintf(&b, "handled, calls included: %d = %d in order + %d by crash + %d void\n", n.InOrder+n.ByCrash+n.Void, n.InOrder, n.ByCrash, n.Void)
	return b.String()
}
