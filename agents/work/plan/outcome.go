// SPDX-License-Identifier: Apache-2.0

package plan

import "encoding/json"

// Outcome is the one line a task ends as.
type Outcome struct {
	ID       string
	Kind     string
	State    State           // State is done, dead or cancelled.
	Output   json.RawMessage // Output of a done task; nil if the agent gave none.
	Cause    Cause           // Cause of a dead task.
	Reason   string          // Reason of a dead or cancelled task.
	Attempts []Attempt       // Attempts of all series, oldest first.
	Accepted Instant         // Accepted is the start of the last series.
	Ended    Instant
}

// OutcomeOf projects a journaled event: final events give the outcome, others nothing. A sink that keeps the version of the last event it has written can be
// brought up to date from the journal alone, without loss and without doubles.
func OutcomeOf(event Event) (Outcome, bool) {
	switch e := event.(type) {
	case Done:
		o := e.outcome(StateDone)
		o.Output = e.Output
		return o, true
	case Died:
		o := e.outcome(StateDead)
		o.Cause, o.Reason = e.Cause, e.Reason
		return o, true
	case Cancelled:
		o := e.outcome(StateCancelled)
		o.Reason = e.Reason
		return o, true
	case Accepted, Started, Failed, Returned, Offered, Revived, Forgotten, Purged, Paused, Unpaused, Called, Unsold, Voided, Settled:
	}
	return Outcome{}, false
}

func (f Final) outcome(state State) Outcome {
	return Outcome{ID: f.ID, Kind: f.Kind, State: state, Attempts: f.Attempts, Accepted: f.Accepted, Ended: f.At}
}

// Last is the attempt that decided the outcome, or the last one before it; the zero Attempt if there was none.
func (o Outcome) Last() Attempt {
	if len(o.Attempts) == 0 {
		return Attempt{}
	}
	return o.Attempts[len(o.Attempts)-1]
}
