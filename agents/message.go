// SPDX-License-Identifier: Apache-2.0

package agents

import (
	"encoding/json"
	"fmt"
	"time"

	"mabeam.dev/actors"
	"mabeam.dev/actors/fault"
)

// Token names one attempt; it is the queue's and means nothing to the agent but identity.
type Token uint64

// Task is one attempt at a piece of work, as an agent sees it.
type Task struct {
	// ID is the task's, the same for every attempt.
	ID string
	// Kind tells the agent what to do.
	Kind string
	// Input is JSON, and belongs to the agent.
	Input json.RawMessage
	// Attempt counts from 1.
	Attempt int
	// Token names the attempt. An agent refuses a second attempt under a token that it has in hand.
	Token Token
	// Until is when the attempt is taken away; zero means never.
	Until time.Time
	// Correlation is the id under which the journal has everything of the task; empty where there is none.
	Correlation string
}

// Message is what an agent takes.
type Message interface{ agent() }

// Assign gives the agent an attempt; the outcome is its reply.
type Assign struct {
	Task  Task
	Reply actors.Reply[Outcome]
}

// Recall takes an attempt back: its context is cancelled, its Assign is still answered.
type Recall struct {
	Token  Token
	Reason string
}

// Resume asks again for the outcome of an attempt, for a queue that has been restarted and has lost its reply address. An agent that
// does not know the token answers ClassUndelivered.
type Resume struct {
	Token Token
	Reply actors.Reply[Outcome]
}

// Describe asks what the agent is doing.
type Describe struct{ Reply actors.Reply[Activity] }

// Finished is an attempt whose work is over; agents send it to themselves.
type Finished struct {
	Token   Token
	Outcome Outcome
}

func (Assign) agent()   {}
func (Recall) agent()   {}
func (Resume) agent()   {}
func (Describe) agent() {}
func (Finished) agent() {}

// Activity is what an agent is doing.
type Activity struct {
	Running []string // ids of the tasks in hand, sorted
	Done    uint64   // attempts answered with a result since the incarnation began
	Failed  uint64   // attempts answered with a failure
}

// Outcome is the answer to an attempt: a result, or a failure.
type Outcome struct {
	Output  json.RawMessage
	Failure *Failure // nil for a result
}

// Class says what a failure means for another attempt.
type Class string

// The classes of failures.
const (
	ClassRetryable   Class = "retryable"   // another attempt may succeed
	ClassPermanent   Class = "permanent"   // no attempt will succeed
	ClassUndelivered Class = "undelivered" // the agent never began: the attempt does not count
)

// Failure is a task that did not give a result. Workers return it as their error to choose the class; of any other error its code decides.
type Failure struct {
	Class  Class         // whether another attempt can help
	Code   string        // short and stable, for branching; may be empty
	Reason string        // for people
	After  time.Duration // the least wait before another attempt
}

// Error renders class, code and reason.
func (f *Failure) Error() string {
	if f.Code == "" {
		return fmt.Sprintf("agents: %s failure: %s", f.Class, f.Reason)
	}
	return fmt.Sprintf("agents: %s failure %s: %s", f.Class, f.Code, f.Reason)
}

// FaultCode is E3201.
func (*Failure) FaultCode() fault.Code { return 3201 }

// FaultRetry says what the class says: never, another agent, or after the wait that the failure asks for.
func (f *Failure) FaultRetry() fault.Retry {
	switch {
	case f == nil:
		return fault.Retry{Class: fault.Custom}
	case f.Class == ClassPermanent:
		return fault.Retry{}
	case f.Class == ClassUndelivered:
		return fault.Retry{Class: fault.Replace}
	}
	return fault.Retry{Class: fault.Custom, Base: f.After}
}

// Permanent returns the failure of a task that no attempt can do.
func Permanent(code, reason string) *Failure {
	return &Failure{Class: ClassPermanent, Code: code, Reason: reason}
}

// Undelivered returns the failure of a task that the agent never began.
func Undelivered(reason string) *Failure {
	return &Failure{Class: ClassUndelivered, Reason: reason}
}

// TaskPanicError is the cause of a crash by a task that panicked.
type TaskPanicError struct {
	Task        string // id
	Value       any    // what panic was called with
	Agent       string // id of the agent that did the task; empty if unknown
	Correlation string // of the task; empty if it has none
}

// Error names the task and the value.
func (e *TaskPanicError) Error() string { return fmt.Sprintf("task %q panicked: %v", e.Task, e.Value) }

// FaultCode is E3202.
func (*TaskPanicError) FaultCode() fault.Code { return 3202 }

// FaultPlace returns the task, and the agent that did it.
func (e *TaskPanicError) FaultPlace() fault.Place {
	return fault.Place{Agent: e.Agent, Task: e.Task, Correlation: e.Correlation}
}

// Unwrap returns the value when it is itself an error.
func (e *TaskPanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}
