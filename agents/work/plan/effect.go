// SPDX-License-Identifier: Apache-2.0

package plan

// Effect is something the shell does for the queue, only after all events put out before it are durable: one of the structs of this file.
type Effect interface{ effect() }

// Output collects what a number of steps decided. A shell that commits in groups steps several commands into one Output, journals Events in order, then performs
// Effects in order, then calls Reset.
type Output struct {
	Events  []Event
	Effects []Effect
}

// Reset empties the output. It keeps its memory for the next batch, but not that of a burst.
func (o *Output) Reset() {
	if cap(o.Events) > 1<<13 || cap(o.Effects) > 1<<13 {
		*o = Output{}
		return
	}
	clear(o.Events)
	clear(o.Effects)
	o.Events, o.Effects = o.Events[:0], o.Effects[:0]
}

// Ack answers a Submit.
type Ack struct {
	Ticket    uint64
	ID        string // ID of the task that stands; another one than submitted when the key was known.
	State     State  // State of that task when it was decided; final for a finished duplicate.
	Duplicate bool
	Version   uint64 // Version of the event that holds the outcome, for a finished duplicate; otherwise zero.
}

// Dispatch hands an attempt to an agent.
type Dispatch struct {
	Agent   Agent
	Token   Token
	Attempt int
	Until   Instant // Until is when the attempt is taken away; zero = never.
	Task    Task
	Deal    Token // Deal is the place in a call that the agent has won; 0 = none.
	Price   int64 // Price is what the agent is paid for a result.
}

// Recall tells an agent that an attempt is over. The agent keeps its slot until it answers the token in any way or goes down.
type Recall struct {
	Agent  Agent
	Token  Token
	ID     string
	Reason string
}

// Condemn asks for an agent to be killed: it did not let go of a recalled attempt within Spec.Grace. It gets no further task.
type Condemn struct {
	Agent  Agent
	Reason string
}

// Ask asks an agent for the result of an attempt that survived a restart of the queue. An agent that does not know the token answers Failure Undelivered.
type Ask struct {
	Agent Agent
	Token Token
	ID    string
}

// Emit writes one outcome to the sinks. Version lets a sink drop what it has written before.
type Emit struct {
	Version uint64
	Outcome Outcome
}

// DeadLetter announces a dead task, beside its Emit.
type DeadLetter struct {
	ID     string
	Cause  Cause
	Reason string
}

// Arm asks for a Tick at a moment. It replaces the timer armed before.
type Arm struct{ At Instant }

// Procure calls the invited agents to bid; an Award answers it. After a restart it is put out Again, for the same call: whoever carries it out must then go on with
// what it has begun.
type Procure struct {
	Call    Token
	IDs     []string
	Tasks   []Task // Tasks stand beside the IDs; the zero Task is one that is over by now, and cannot be won.
	Invited []Invited
	At      Instant // At is when the call was made first.
	Again   bool
}

// Settle asks for a deal to be paid or undone; SettlementDone answers it. It may be put out more than once for a deal, always alike.
type Settle struct{ Debt }

// Wake tells sources that were refused with ErrFull to go on.
type Wake struct{}

// Late reports an answer that no longer counts and was dropped.
type Late struct {
	Agent Agent
	Token Token
}

func (Ack) effect()        {}
func (Dispatch) effect()   {}
func (Recall) effect()     {}
func (Condemn) effect()    {}
func (Ask) effect()        {}
func (Emit) effect()       {}
func (DeadLetter) effect() {}
func (Arm) effect()        {}
func (Wake) effect()       {}
func (Procure) effect()    {}
func (Settle) effect()     {}
func (Late) effect()       {}
