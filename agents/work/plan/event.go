// SPDX-License-Identifier: Apache-2.0

package plan

import "encoding/json"

// Event is a fact to journal: one of the structs of this file. Every event carries the whole decision, so that applying it needs no configuration, and every
// prefix of a journal is a legal state.
type Event interface{ event() }

// Accepted admits a task. Defaults are filled in.
type Accepted struct {
	Task Task    `json:"task"`
	At   Instant `json:"at"`
	From Cursor  `json:"from,omitzero"`
}

// Started gives the task to an agent. It must be durable before the agent hears of it, or a task that kills the node would be tried for ever.
type Started struct {
	ID      string  `json:"id"`
	Token   Token   `json:"token"`
	Attempt int     `json:"attempt"`
	Agent   Agent   `json:"agent"`
	At      Instant `json:"at"`
	Until   Instant `json:"until,omitempty"` // Until is the attempt's own deadline; zero = none.
	Deal    Token   `json:"deal,omitempty"`  // Deal is the place in a call that the agent won; 0 = none.
	Price   int64   `json:"price,omitempty"` // Price is what the agent is paid for a result, in millionths.
}

// Failed ends an attempt and leaves the task open: waiting until a moment, or accepted when Until is zero.
type Failed struct {
	ID     string  `json:"id"`
	Token  Token   `json:"token"`
	At     Instant `json:"at"`
	End    End     `json:"end"`
	Reason string  `json:"reason,omitempty"`
	Until  Instant `json:"until,omitempty"`
}

// Returned takes an attempt back without counting it: the agent is draining or never began.
type Returned struct {
	ID     string  `json:"id"`
	Token  Token   `json:"token"`
	At     Instant `json:"at"`
	Reason string  `json:"reason,omitempty"`
	Until  Instant `json:"until,omitempty"`
}

// Offered ends a back-off: the task is accepted again.
type Offered struct {
	ID string  `json:"id"`
	At Instant `json:"at"`
}

// Final is what every final event tells, enough to write the outcome line without looking anything else up.
type Final struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	At       Instant   `json:"at"`
	Accepted Instant   `json:"accepted"`
	Attempts []Attempt `json:"attempts,omitempty"` // Attempts of all series, oldest first; the last one decided if the task was running.
}

// Done is the one result of a task.
type Done struct {
	Final
	Output json.RawMessage `json:"output,omitempty"`
}

// Died makes the task a dead letter.
type Died struct {
	Final
	Cause  Cause  `json:"cause"`
	Reason string `json:"reason,omitempty"`
}

// Cancelled withdraws a task.
type Cancelled struct {
	Final
	Reason string `json:"reason,omitempty"`
}

// Revived opens a dead task for a new series of attempts.
type Revived struct {
	ID       string  `json:"id"`
	At       Instant `json:"at"`
	Deadline Instant `json:"deadline,omitempty"`
}

// Forgotten drops tasks that are over: the first of them in the order in which they came to be so, and those that ended before a moment.
type Forgotten struct {
	Before Instant `json:"before"`
	First  int     `json:"first,omitempty"`
}

// Purged drops the history of a dead letter.
type Purged struct {
	ID string  `json:"id"`
	At Instant `json:"at"`
}

// Paused stops dispatch.
type Paused struct {
	At     Instant `json:"at"`
	Reason string  `json:"reason,omitempty"`
}

// Unpaused lets dispatch go on.
type Unpaused struct {
	At Instant `json:"at"`
}

// Called calls agents to bid for tasks, which nobody else gets before the call is over. It must be durable before anybody is asked, or a restart would call anew
// for what was already awarded.
type Called struct {
	Call    Token     `json:"call"` // Call names the call and the place of its first task; the others follow.
	IDs     []string  `json:"ids"`
	Invited []Invited `json:"invited"`
	At      Instant   `json:"at"`
}

// Unsold ends a place of a call that nobody won: the task is open again.
type Unsold struct {
	Deal   Token   `json:"deal"`
	ID     string  `json:"id"`
	At     Instant `json:"at"`
	Cause  NoAward `json:"cause"`
	Reason string  `json:"reason,omitempty"`
	Until  Instant `json:"until,omitempty"`
}

// Voided ends a place of a call that an agent won and that is not to be used: the deal is to be undone, and the task, if it is still wanted, is open again.
type Voided struct {
	Deal   Token   `json:"deal"`
	ID     string  `json:"id"`
	Agent  Agent   `json:"agent"`
	Price  int64   `json:"price,omitempty"`
	At     Instant `json:"at"`
	Reason string  `json:"reason"`
}

// Settled says that a deal was settled by whoever keeps the money.
type Settled struct {
	Deal Token   `json:"deal"`
	At   Instant `json:"at"`
}

func (Accepted) event()  {}
func (Started) event()   {}
func (Failed) event()    {}
func (Returned) event()  {}
func (Offered) event()   {}
func (Done) event()      {}
func (Died) event()      {}
func (Cancelled) event() {}
func (Revived) event()   {}
func (Forgotten) event() {}
func (Purged) event()    {}
func (Paused) event()    {}
func (Unpaused) event()  {}
func (Called) event()    {}
func (Unsold) event()    {}
func (Voided) event()    {}
func (Settled) event()   {}

// TaskOf is the id of the task an event is about; empty for an event of the whole queue.
func TaskOf(event Event) string {
	switch e := event.(type) {
	case Accepted:
		return e.Task.ID
	case Started:
		return e.ID
	case Failed:
		return e.ID
	case Returned:
		return e.ID
	case Offered:
		return e.ID
	case Done:
		return e.ID
	case Died:
		return e.ID
	case Cancelled:
		return e.ID
	case Revived:
		return e.ID
	case Purged:
		return e.ID
	case Unsold:
		return e.ID
	case Voided:
		return e.ID
	case Forgotten, Paused, Unpaused, Called, Settled:
	}
	return ""
}
