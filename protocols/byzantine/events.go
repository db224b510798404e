// SPDX-License-Identifier: Apache-2.0

package byzantine

import "log/slog"

// ViewEntered is the event: a replica takes part in a new view.
type ViewEntered struct {
	Group   string // of the host
	Agent   string // whose replica it is
	View    uint64 // counted from 0
	Primary string // the agent who proposes in it
}

// EventName returns "byzantine.view".
func (ViewEntered) EventName() string { return "byzantine.view" }

// LogLevel is Debug.
func (ViewEntered) LogLevel() slog.Level { return slog.LevelDebug }

// PrimaryDoubted is the event: a replica has waited too long for the primary, and asks for another view.
type PrimaryDoubted struct {
	Group   string // of the host
	Agent   string // whose replica it is
	View    uint64 // that it leaves
	Primary string // whom it doubts
}

// EventName returns "byzantine.doubt".
func (PrimaryDoubted) EventName() string { return "byzantine.doubt" }

// LogLevel is Debug.
func (PrimaryDoubted) LogLevel() slog.Level { return slog.LevelDebug }

// MemberAccused is the event: there is proof that a member has lied.
type MemberAccused struct {
	Group string // of the host
	By    string // who found it
	Agent string // whom it convicts
	Kind  string // of evidence, in words
}

// EventName returns "byzantine.accused".
func (MemberAccused) EventName() string { return "byzantine.accused" }

// LogLevel is Warn.
func (MemberAccused) LogLevel() slog.Level { return slog.LevelWarn }

// MessageRefused is the event: a message was not well made, or not signed by whom it names.
type MessageRefused struct {
	Group string // of the host
	Agent string // whose replica it came to
	Err   error  // what is wrong with it
}

// EventName returns "byzantine.refused".
func (MessageRefused) EventName() string { return "byzantine.refused" }

// LogLevel is Debug.
func (MessageRefused) LogLevel() slog.Level { return slog.LevelDebug }

// ReplicaHalted is the event: a replica has found that its group is not safe any more, and has stopped.
type ReplicaHalted struct {
	Group string // of the host
	Agent string // whose replica it is
	Err   error  // what it has found
}

// EventName returns "byzantine.halted".
func (ReplicaHalted) EventName() string { return "byzantine.halted" }

// LogLevel is Error.
func (ReplicaHalted) LogLevel() slog.Level { return slog.LevelError }
