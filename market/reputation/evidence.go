// SPDX-License-Identifier: Apache-2.0

package reputation

import (
	"errors"
	"fmt"
	"math"
	"time"

	"mabeam.dev/market/money"
)

// Source is what makes evidence count.
type Source uint8

// The sources. The zero Source is none, and its evidence is refused.
const (
	// Settlement is a transaction that the ledger has settled.
	Settlement Source = iota + 1
	// Violation is one that was reported, reviewed and upheld.
	Violation
)

// Evidence is one outcome in one dimension.
type Evidence struct {
	// Agent is whom it is about, Rater the other side of the deal; a violation has none.
	Agent, Rater Agent
	// Source and Cause cite what happened: the key of the transaction, or the id of the violation. Cause is 1 to 256 bytes.
	Source Source
	Cause  string
	// Domain is the kind of work, "" for none. Evidence of a domain counts there and in the agent's standing as a whole.
	Domain string
	// Dimension is what was measured.
	Dimension Dimension
	// Outcome is what came of it, 0 (failure) to 1.
	Outcome float64
	// Value is what was paid, and Typical the median of the market at the time: smaller deals weigh less. A Typical of 0 is not known, and
	// every deal weighs alike.
	Value, Typical money.Amount
	// Credibility is how far the rater was to be believed at the time, 0 to 1; it weighs ratings (Cooperation) only.
	Credibility float64
	// At is when it was settled or upheld.
	At time.Time
}

// maxText is the longest name and citation, in bytes.
const maxText = 256

// Validate returns everything that is wrong with the evidence.
func (e Evidence) Validate() error {
	if e.Source == Settlement && e.Rater != "" && valid(e.Agent, true) && valid(e.Rater, true) && valid(e.Cause, true) && e.Agent != e.Rater && valid(e.Domain, false) &&
		e.Dimension < Dimensions && unit(e.Outcome) && e.Value >= 0 && e.Typical >= 0 && unit(e.Credibility) && dated(e.At) {
		return nil // the usual case, without building anything
	}
	var wrong []error
	bad := func(field, format string, args ...any) {
		wrong = append(wrong, &EvidenceError{field, fmt.Sprintf(format, args...)})
	}
	if !valid(e.Agent, true) {
		bad("agent", "%d bytes, want 1 to %d", len(e.Agent), maxText)
	}
	switch e.Source {
	case Settlement:
		if !valid(e.Rater, true) {
			bad("rater", "%d bytes, want 1 to %d", len(e.Rater), maxText)
		}
		if e.Agent == e.Rater {
			bad("rater", "the agent itself")
		}
	case Violation:
	default:
		wrong = append(wrong, fmt.Errorf("reputation: evidence source %d: %w", e.Source, ErrNoEvidence))
	}
	switch {
	case e.Cause == "":
		wrong = append(wrong, fmt.Errorf("reputation: evidence cause is empty: %w", ErrNoEvidence))
	case !valid(e.Cause, true):
		bad("cause", "%d bytes, want 1 to %d", len(e.Cause), maxText)
	}
	if !valid(e.Domain, false) {
		bad("domain", "%d bytes, want at most %d", len(e.Domain), maxText)
	}
	if e.Dimension >= Dimensions {
		bad("dimension", "%v", e.Dimension)
	}
	if !unit(e.Outcome) {
		bad("outcome", "%g, want 0 to 1", e.Outcome)
	}
	if !unit(e.Credibility) {
		bad("credibility", "%g, want 0 to 1", e.Credibility)
	}
	if e.Value < 0 || e.Typical < 0 {
		bad("value", "%v of typically %v is negative", e.Value, e.Typical)
	}
	if !dated(e.At) {
		bad("at", "%v is no time that can be written down", e.At)
	}
	return errors.Join(wrong...)
}

func valid[T ~string](text T, needed bool) bool {
	return len(text) <= maxText && (text != "" || !needed)
}

// dated reports whether a time is one, and one that RFC 3339 can write.
func dated(at time.Time) bool { return !at.IsZero() && at.UTC().Year() >= 0 && at.UTC().Year() <= 9999 }

// unit reports whether a number is from 0 to 1; a NaN is not.
func unit(x float64) bool { return x >= 0 && x <= 1 && !math.IsNaN(x) }

// full is the weight before the pair's past is looked at.
func (e *Evidence) full() float64 {
	w := 1.0
	if e.Source == Violation {
		return w
	}
	if e.Typical > 0 {
		w = min(1, float64(e.Value)/float64(e.Typical))
	}
	if e.Dimension == Cooperation {
		w *= e.Credibility
	}
	return w
}
