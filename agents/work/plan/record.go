// SPDX-License-Identifier: Apache-2.0

package plan

import "slices"

// record is a task the queue holds whole: open, or dead with its history.
type record struct {
	Task
	digest   Digest
	seq      uint64    // order of arrival, from a journaled counter
	accepted Instant   // start of the current series
	history  []Attempt // ended attempts of all series
	agent    Agent     // running: who has it
	token    Token     // running: under which token
	started  Instant   // running: since when
	until    Instant   // running: the attempt's limit; waiting: the moment to offer it again
	ended    Instant   // dead: since when
	reason   string    // dead: why, in words
	cause    Cause     // dead: why
	version  uint64    // dead: number of the event that said so
	series   int32     // revivals so far
	attempt  int32     // attempts begun in this series, the running one included
	returns  int32     // attempts taken back in a row
	state    State
	call     Token // accepted: the place in a call under which it is bid for; 0 = none
	deal     Token // running: the place in the call that gave it to the agent; 0 = none
	price    int64 // running: what the agent is paid for a result
	unsold   int32 // calls in this series that found nobody

	// Positions in the indexes, rebuilt and never stored.
	rank     int64 // place in the order of priority with ageing
	lane     *lane
	laneSlot int32
	dueSlot  int32 // -1 = nothing happens by itself
	crewSlot int32
}

// alarm is a record in the heap of what is due, with its moment beside it: the heap of a million tasks is compared without touching them.
type alarm struct {
	at     Instant
	record *record
}

// final is all that is kept of a task that is done, cancelled or purged: enough to recognise a duplicate and to say where its outcome is journaled.
type final struct {
	digest  Digest
	ended   Instant
	version uint64 // number of the event with the outcome
	state   State
}

// tried returns the ids of agents whose attempts in this series ended, sorted and without repetition.
func (r *record) tried() []string {
	var ids []string
	for i := range r.history {
		if a := &r.history[i]; a.Series == int(r.series) {
			if at, found := slices.BinarySearch(ids, a.Agent.ID); !found {
				ids = slices.Insert(ids, at, a.Agent.ID)
			}
		}
	}
	return ids
}

// kills counts the different agents this series is suspected of having killed, besides the one named.
func (r *record) kills(besides string) int {
	ids := []string{besides}
	for i := range r.history {
		if a := &r.history[i]; a.Series == int(r.series) && a.End == EndKilled && !slices.Contains(ids, a.Agent.ID) {
			ids = append(ids, a.Agent.ID)
		}
	}
	return len(ids) - 1
}

// ending is the running attempt as it goes into the history.
func (r *record) ending(now Instant, end End, reason string) Attempt {
	return Attempt{
		Series: int(r.series), N: int(r.attempt), Token: r.token, Agent: r.agent,
		Start: r.started, Stop: max(now, r.started), End: end, Reason: reason, Deal: r.deal, Price: r.price,
	}
}

// final begins a final event; a running attempt is added to the history it carries.
func (r *record) final(now Instant, end End, reason string) Final {
	f := Final{ID: r.ID, Kind: r.Kind, At: now, Accepted: r.accepted, Attempts: r.history}
	if r.state == StateRunning {
		f.Attempts = append(slices.Clip(slices.Clone(r.history)), r.ending(now, end, reason))
	}
	return f
}

// earlier is the order of dispatch: rank, then priority, then deadline, then arrival.
func earlier(a, b *record) bool {
	switch {
	case a.rank != b.rank:
		return a.rank < b.rank
	case a.Priority != b.Priority:
		return a.Priority > b.Priority
	case a.Deadline != b.Deadline:
		return a.Deadline != 0 && (b.Deadline == 0 || a.Deadline < b.Deadline)
	}
	return a.seq < b.seq
}

// rankOf gives the static key that makes waiting worth priority. With one step of priority per Ageing of waiting, "priority + waited/Ageing" of two tasks keeps
// its order as time goes on, so a heap over arrival/Ageing - priority never needs reordering. Within one slot of that size priority, deadline and arrival decide.
func (q *Queue) rankOf(r *record) int64 {
	if q.spec.Ageing < 0 {
		return -int64(r.Priority)
	}
	return int64(r.accepted)/int64(q.spec.Ageing) - int64(r.Priority)
}

// dueOf is when the next thing happens to the task by itself; zero = never.
func dueOf(r *record) Instant {
	switch r.state {
	case StateAccepted:
		return r.Deadline
	case StateWaiting, StateRunning:
		return sooner(r.until, r.Deadline)
	case StateUnknown, StateDone, StateDead, StateCancelled:
	}
	return 0
}
