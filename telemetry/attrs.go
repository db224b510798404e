// SPDX-License-Identifier: Apache-2.0

package telemetry

// Keys of log attributes and event fields. One thing has one key everywhere, so that a search finds all of it.
const (
	KeyAgent       = "agent"
	KeyAttempt     = "attempt"
	KeyCause       = "cause"
	KeyChild       = "child"
	KeyCorrelation = "correlation"
	KeyCount       = "count"
	KeyDuration    = "duration"
	KeyError       = "error"
	KeyEvent       = "event"
	KeyIncarnation = "incarnation"
	KeyKind        = "kind"
	KeyMessage     = "message_type"
	KeyNode        = "node"
	KeyOutcome     = "outcome"
	KeyPath        = "path"
	KeyQueue       = "queue"
	KeyReason      = "reason"
	KeyStack       = "stack"
	KeyStrategy    = "strategy"
	KeySubscriber  = "subscriber"
	KeySupervisor  = "supervisor"
	KeyTarget      = "target"
	KeyTask        = "task"
	KeyTeam        = "team"
)
