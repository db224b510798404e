// SPDX-License-Identifier: Apache-2.0

package cognitive

import (
	"log/slog"
	"time"

	"mabeam.dev/actors/fault"
	"mabeam.dev/telemetry"
)

// Of says which variable an event is about.
type Of struct {
	Space    string // that it is in
	Variable string // its name
}

// LogLevel is Debug, unless an event says otherwise.
func (Of) LogLevel() slog.Level { return slog.LevelDebug }

// LogAttrs names space and variable.
func (e Of) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String("space", e.Space), slog.String("variable", e.Variable)}
}

// VariableCommitted is the event: a variable has a new value.
type VariableCommitted struct {
	Of
	Commit *Commit // the commit
}

// EventName returns "variable.committed".
func (VariableCommitted) EventName() string { return "variable.committed" }

// VariableRejected is the event: a proposal was refused, before or after a decision.
type VariableRejected struct {
	Of
	Cause    Cause      // which kind of proposer
	Proposer string     // who
	Code     fault.Code // why
}

// EventName returns "variable.rejected".
func (VariableRejected) EventName() string { return "variable.rejected" }

// ProposalAnswered is the event: a caller has its answer.
type ProposalAnswered struct {
	Of
	Cause Cause         // which kind of proposer
	Code  fault.Code    // why it was refused; 0 if it was committed
	Took  time.Duration // from the call to the answer
}

// EventName returns "variable.answered".
func (ProposalAnswered) EventName() string { return "variable.answered" }

// DecisionOpened is the event: others are asked.
type DecisionOpened struct {
	Of
	ID string // of the session
}

// EventName returns "decision.opened".
func (DecisionOpened) EventName() string { return "decision.opened" }

// DecisionClosed is the event: others have answered, or will not.
type DecisionClosed struct {
	Of
	ID  string // of the session
	How string // the outcome
}

// EventName returns "decision.closed".
func (DecisionClosed) EventName() string { return "decision.closed" }

// CompositeFailed is the event: a composite could not be computed and keeps its last good value.
type CompositeFailed struct {
	Of
	Err error // why
}

// EventName returns "composite.failed".
func (CompositeFailed) EventName() string { return "composite.failed" }

// LogLevel is Warn.
func (CompositeFailed) LogLevel() slog.Level { return slog.LevelWarn }

// VariableDegraded is the event: the process of a variable has crashed; its value stays. Of one that was killed it is told when another has taken its place.
type VariableDegraded struct {
	Of
	Reason string // how it ended
}

// EventName returns "variable.degraded".
func (VariableDegraded) EventName() string { return "variable.degraded" }

// LogLevel is Warn.
func (VariableDegraded) LogLevel() slog.Level { return slog.LevelWarn }

// BatchCommitted is the event: a batch of commits can be seen.
type BatchCommitted struct {
	Space   string  // its name
	Commits int     // in the batch
	Version Version // of the space, after it
}

// EventName returns "cognitive.batch_committed".
func (BatchCommitted) EventName() string { return "cognitive.batch_committed" }

// SpaceRecovered is the event: the committer has read what there is.
type SpaceRecovered struct {
	Space     string  // its name
	Version   Version // that it has
	Variables int     // that it has
}

// EventName returns "cognitive.space_recovered".
func (SpaceRecovered) EventName() string { return "cognitive.space_recovered" }

// SpaceQuarantined is the event: the journal of a space cannot be understood, and everything but reading is refused.
type SpaceQuarantined struct {
	Space string // its name
	Err   error  // what is wrong
}

// EventName returns "cognitive.space_quarantined".
func (SpaceQuarantined) EventName() string { return "cognitive.space_quarantined" }

// LogLevel is Error.
func (SpaceQuarantined) LogLevel() slog.Level { return slog.LevelError }

// JournalFailed is the event: the journal of a space has not answered as it should.
type JournalFailed struct {
	Space string // its name
	Err   error  // what it said
}

// EventName returns "cognitive.journal_failed".
func (JournalFailed) EventName() string { return "cognitive.journal_failed" }

// LogLevel is Warn.
func (JournalFailed) LogLevel() slog.Level { return slog.LevelWarn }

// SubscriberSlow is the event: a subscription was ended because its subscriber does not keep up.
type SubscriberSlow struct {
	Space   string // its name
	Process string // the subscriber
}

// EventName returns "cognitive.subscriber_slow".
func (SubscriberSlow) EventName() string { return "cognitive.subscriber_slow" }

// AdaptationCycle is the event: an adapter has thought.
type AdaptationCycle struct{ Of }

// EventName returns "adaptation.cycle".
func (AdaptationCycle) EventName() string { return "adaptation.cycle" }

// AdaptationStep is the event: an adapter did or noticed something.
type AdaptationStep struct {
	Of
	What string // "canary started", "canary ended", "canary promoted", "trial", "kept", "reverted", "problem", "cleared", "escalated", "retuned", "drift", "resting", "frozen", "resumed", "budget", "refused"
	Why  string // the figures
}

// EventName returns "adaptation.stepped".
func (AdaptationStep) EventName() string { return "adaptation.stepped" }

// LogAttrs says what the adapter of which variable did, and why.
func (e AdaptationStep) LogAttrs() []slog.Attr {
	return append(e.Of.LogAttrs(), slog.String("step", e.What), slog.String(telemetry.KeyReason, e.Why))
}

// AdaptationRefused is the event: what an adapter asked for was not committed.
type AdaptationRefused struct {
	Of
	Code fault.Code // why
}

// EventName returns "adaptation.refused".
func (AdaptationRefused) EventName() string { return "adaptation.refused" }

// SpaceMigrated is the event: the migration of settings into a space has gone to another stage.
type SpaceMigrated struct {
	Space string // its name
	Stage string // the stage
}

// EventName returns "space.migrated".
func (SpaceMigrated) EventName() string { return "space.migrated" }
