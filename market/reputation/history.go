// SPDX-License-Identifier: Apache-2.0

package reputation

import "time"

// Entry is one change of an agent's standing.
type Entry struct {
	// At is when it happened, which need not be when it was recorded.
	At time.Time
	// Source and Cause are the citation.
	Source Source
	Cause  string
	// Rater is the other side, "" for a violation.
	Rater Agent
	// Domain, Dimension and Outcome are those of the evidence.
	Domain    string
	Dimension Dimension
	Outcome   float64
	// Weight is what it counted for.
	Weight float64
	// Standing is that of the agent as a whole, afterwards.
	Standing Standing
}

// remember puts an entry into the ring.
func (r *record) remember(e Entry, size int) {
	switch {
	case size < 0:
	case len(r.history) < size:
		r.history = append(r.history, e)
	default:
		r.history[r.next] = e
		r.next = (r.next + 1) % size
	}
}

// History returns the last changes of an agent in the order in which they were recorded, at most as many as the rules keep.
func (b *Book) History(who Agent) []Entry {
	r := b.agents[who]
	if r == nil {
		return nil
	}
	all := make([]Entry, 0, len(r.history))
	return append(append(all, r.history[r.next:]...), r.history[:r.next]...)
}
