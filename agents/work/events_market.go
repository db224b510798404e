// SPDX-License-Identifier: Apache-2.0

package work

import (
	"log/slog"

	"mabeam.dev/telemetry"
)

// BidsCalled is the event: agents are called to bid for tasks.
type BidsCalled struct {
	Queue   string // name of the queue
	Call    uint64 // number of the call
	Tasks   int    // that are bid for together
	Invited int    // agents that may bid
}

// BidPassed is the event: an agent that was called makes no offer, or none that counts.
type BidPassed struct {
	Queue string // name of the queue
	Call  uint64 // number of the call
	Agent string // id of the agent
	Err   error  // why
}

// TaskAwarded is the event: an agent has won a task.
type TaskAwarded struct {
	Queue string // name of the queue
	Task  string // id of the task
	Deal  uint64 // number of the deal
	Agent string // id of the agent
	Price int64  // that it is paid for a result, in millionths
}

// TaskUnsold is the event: nobody has won a task.
type TaskUnsold struct {
	Queue  string // name of the queue
	Task   string // id of the task
	Deal   uint64 // number of its place in the call
	Cause  string // one of plan.NoAward
	Reason string // in words
}

// AwardVoided is the event: an award cannot be used, and is undone.
type AwardVoided struct {
	Queue  string // name of the queue
	Task   string // id of the task
	Deal   uint64 // number of the deal
	Agent  string // id of the agent that had won
	Price  int64  // that it would have been paid, in millionths
	Reason string // why
}

// DealSettled is the event: an agent was paid, or the money given back.
type DealSettled struct {
	Queue string // name of the queue
	Deal  uint64 // number of the deal
}

// ProcurerFailed is the event: whoever holds the auctions or the money did not answer; it is asked again.
type ProcurerFailed struct {
	Queue     string // name of the queue
	Operation string // procure or settle
	Subject   string // the call or the deal
	Err       error  // why
}

// EventName returns "work.bids_called".
func (BidsCalled) EventName() string { return "work.bids_called" }

// EventName returns "work.bid_passed".
func (BidPassed) EventName() string { return "work.bid_passed" }

// EventName returns "work.task_awarded".
func (TaskAwarded) EventName() string { return "work.task_awarded" }

// EventName returns "work.task_unsold".
func (TaskUnsold) EventName() string { return "work.task_unsold" }

// EventName returns "work.award_voided".
func (AwardVoided) EventName() string { return "work.award_voided" }

// EventName returns "work.deal_settled".
func (DealSettled) EventName() string { return "work.deal_settled" }

// EventName returns "work.procurer_failed".
func (ProcurerFailed) EventName() string { return "work.procurer_failed" }

// LogLevel is Warn.
func (ProcurerFailed) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names the queue and what was asked.
func (e ProcurerFailed) LogAttrs() []slog.Attr {
	return []slog.Attr{
		slog.String(telemetry.KeyQueue, e.Queue), slog.String("operation", e.Operation), slog.String("subject", e.Subject), slog.Any(telemetry.KeyError, e.Err),
	}
}
