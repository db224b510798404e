// SPDX-License-Identifier: Apache-2.0

package protocols

import (
	"log/slog"
	"time"

	"mabeam.dev/protocols/machine"
	"mabeam.dev/protocols/selector"
	"mabeam.dev/telemetry"
)

// Which says which session an event is of.
type Which struct {
	Session     SessionID         // its id
	Protocol    selector.Protocol // how it comes to its outcome
	Correlation string            // of the spec, perhaps empty
	Epoch       uint32            // rises with every restart of its process
}

func (s *session) about() Which {
	return Which{s.n.id, s.n.proto.Name, s.n.setup.Spec.Correlation, s.epoch}
}

// LogAttrs names the session and its protocol.
func (a Which) LogAttrs() []slog.Attr {
	return []slog.Attr{slog.String("session", string(a.Session)), slog.String("protocol", string(a.Protocol)), slog.String("correlation", a.Correlation)}
}

// SessionOpened is the event: a session has begun.
type SessionOpened struct{ Which }

// EventName returns "session.opened".
func (SessionOpened) EventName() string { return "session.opened" }

// LogLevel is Debug.
func (SessionOpened) LogLevel() slog.Level { return slog.LevelDebug }

// BallotCounted is the event: an answer of a participant counts.
type BallotCounted struct {
	Which
	Agent string // who answered
}

// EventName returns "session.ballot".
func (BallotCounted) EventName() string { return "session.ballot" }

// LogLevel is Debug.
func (BallotCounted) LogLevel() slog.Level { return slog.LevelDebug }

// AnswerIgnored is the event: an answer of a participant changed nothing.
type AnswerIgnored struct {
	Which
	Agent string // who answered
	Why   string // in a word
	Err   error  // nil for what was said twice
}

// EventName returns "session.ignored".
func (AnswerIgnored) EventName() string { return "session.ignored" }

// LogLevel is Debug.
func (AnswerIgnored) LogLevel() slog.Level { return slog.LevelDebug }

// RoundBegun is the event: a round of a session has begun.
type RoundBegun struct {
	Which
	Round string // as the protocol calls it
}

// EventName returns "session.round".
func (RoundBegun) EventName() string { return "session.round" }

// LogLevel is Debug.
func (RoundBegun) LogLevel() slog.Level { return slog.LevelDebug }

// SessionEnded is the event: a session has come to its end.
type SessionEnded struct {
	Which
	State    State         // how it ended
	Why      machine.Why   // there is no decision; empty if there is
	Took     time.Duration // since it was opened
	Rounds   int           // that there were, where the protocol has any
	Messages int           // to participants and from them
	Late     int           // answers that came after they could count
	Missing  int           // participants that did not answer
}

// EventName returns "session.ended".
func (SessionEnded) EventName() string { return "session.ended" }

// LogLevel is Info where there is no decision because something failed, and else Debug.
func (e SessionEnded) LogLevel() slog.Level {
	if e.State == StateFailed || e.State == StateExpired {
		return slog.LevelInfo
	}
	return slog.LevelDebug
}

// EvidenceLost is the event: evidence against a participant was not taken.
type EvidenceLost struct {
	Which
	Agent string // whom it is against
	Err   error  // of the sink
}

// EventName returns "session.evidence_lost".
func (EvidenceLost) EventName() string { return "session.evidence_lost" }

// LogLevel is Warn.
func (EvidenceLost) LogLevel() slog.Level { return slog.LevelWarn }

// LogAttrs names session, agent and cause.
func (e EvidenceLost) LogAttrs() []slog.Attr {
	return append(e.Which.LogAttrs(), slog.String("agent", e.Agent), slog.Any(telemetry.KeyError, e.Err))
}
