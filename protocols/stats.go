// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"mabeam.dev/protocols/selector"
)

// Stats counts sessions since the engine's handle was made.
type Stats struct {
	Active int
	// Ended counts the sessions that have ended, by state.
	Ended map[State]int
	// Reused is how often the outcome of an earlier session was given instead of a new one.
	Reused int
}

// Stats returns the counts of now.
func (e *Engine) Stats() Stats {
	e.index.mu.RLock()
	defer e.index.mu.RUnlock()
	s := Stats{Active: e.index.mu.active, Ended: make(map[State]int, len(e.index.mu.totals)), Reused: e.outcomes.reused()}
	for state, n := range e.index.mu.totals {
		s.Ended[state] = n
	}
	return s
}

// Query chooses results. Empty fields choose all.
type Query struct {
	Protocol    selector.Protocol
	Participant string
	State       State
	Since       time.Time
}

func (q Query) fits(r Result) bool {
	return (q.Protocol == "" || r.Protocol == q.Protocol) && (q.State == "" || r.State == q.State) && !r.Opened.Before(q.Since) &&
		(q.Participant == "" || slices.Contains(r.Participants, q.Participant))
}

// History gives the results of sessions that have ended, oldest first: from the journal where there is one, and else the last thousand. It ends with
// an error if the journal does not answer.
func (e *Engine) History(ctx context.Context, q Query) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		if e.o.Journal == nil {
			for _, r := range e.index.results() {
				if q.fits(r) && !yield(r, nil) {
					return
				}
			}
			return
		}
		stop := false
		seen := map[SessionID]bool{}
		err := e.o.Journal.Read(ctx, e.o.Stream, 0, func(_ uint64, text []byte) error {
			var record Record
			var r Result
			if json.Unmarshal(text, &record) != nil || record.Kind != recordEnded || json.Unmarshal(record.Data, &r) != nil || seen[r.Session] || !q.fits(r) {
				return nil
			}
			seen[r.Session] = true
			if !yield(r, nil) {
				stop = true
				return errStop
			}
			return nil
		})
		if err != nil && !stop {
			yield(Result{}, fmt.Errorf("protocols: history: %w: %w", ErrUnavailable, err))
		}
	}
}

// errStop ends a read that nobody follows any more.
var errStop = fmt.Errorf("protocols: enough")

// Analysis is what the last thousand results say of one protocol.
type Analysis struct {
	Protocol selector.Protocol
	Sessions int
	Decided  int
	// P50 and P99 are durations, Messages and Turnout means; Turnout is in millionths of the electorate's weight.
	P50, P99 time.Duration
	Messages int
	Turnout  int64
}

// Analytics sums up the last thousand results that fit, by protocol in the order of the names.
func (e *Engine) Analytics(q Query) []Analysis {
	byName := map[selector.Protocol][]Result{}
	for _, r := range e.index.results() {
		if q.fits(r) {
			byName[r.Protocol] = append(byName[r.Protocol], r)
		}
	}
	var out []Analysis
	for name, all := range byName {
		a := Analysis{Protocol: name, Sessions: len(all)}
		took := make([]time.Duration, len(all))
		counted := int64(0)
		for i, r := range all {
			took[i] = r.Took
			a.Messages += r.Messages
			if r.State == StateDecided {
				a.Decided++
			}
			if r.Electorate > 0 {
				a.Turnout += r.Turnout * 1000 / r.Electorate * 1000
				counted++
			}
		}
		slices.Sort(took)
		a.P50, a.P99 = took[len(took)/2], took[(len(took)*99)/100]
		a.Messages /= len(all)
		if counted > 0 {
			a.Turnout /= counted
		}
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b Analysis) int { return strings.Compare(string(a.Protocol), string(b.Protocol)) })
	return out
}
