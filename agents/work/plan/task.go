// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"mabeam.dev/agents/capability"
)

// Bounds of what a task may say about itself. They keep the memory of a waiting task, its input aside, under one KiB.
const (
	MaxName     = 256  // MaxName is the longest id, kind, capability or key, in bytes.
	MaxPriority = 1000 // MaxPriority bounds a priority on both sides of zero.
	MaxAttempts = 100  // MaxAttempts bounds the attempts of one series, and with them the history of a task.
	maxReason   = 4096 // longest reason kept of an attempt, in bytes
)

// Task is a piece of work as its submitter describes it. Once submitted it belongs to the queue and must not be changed.
type Task struct {
	ID         string          `json:"id"`                   // ID is unique in the queue for ever (until forgotten).
	Kind       string          `json:"kind"`                 // Kind tells the agent what to do.
	Input      json.RawMessage `json:"input,omitempty"`      // Input is handed to the agent; kept in compact form.
	Capability string          `json:"capability,omitempty"` // Capability an agent must offer, or a need as package capability reads it; empty = any agent.
	Key        string          `json:"key,omitempty"`        // Key makes tasks with different ids the same task.
	Priority   int             `json:"priority,omitempty"`   // Priority: higher goes first, within +-MaxPriority.
	Attempts   int             `json:"attempts,omitempty"`   // Attempts allowed in a series; zero = Spec.Attempts.
	Timeout    time.Duration   `json:"timeout,omitempty"`    // Timeout of one attempt; zero = Spec.Timeout, negative = none.
	Deadline   Instant         `json:"deadline,omitempty"`   // Deadline of the whole task; zero = none.
}

// Digest identifies what a task asks for: kind, capability and compact input. Priority, deadline, time-out and attempts are left out, because sending the same
// work again with more urgency does not make it other work.
type Digest [16]byte

// Digest computes the content digest; the input must already be compact.
func (t *Task) Digest() Digest {
	var scratch [512]byte
	buf := scratch[:0]
	for _, part := range [...]string{t.Kind, t.Capability} {
		buf = binary.AppendUvarint(buf, uint64(len(part)))
		buf = append(buf, part...)
	}
	buf = append(buf, t.Input...)
	sum := sha256.Sum256(buf)
	return Digest(sum[:16])
}

// Validate returns every problem of the task joined into one error, or nil.
func (t *Task) Validate(inputLimit int) error {
	var all []error
	name := func(key, value string, must bool) {
		switch {
		case value == "" && must:
			all = append(all, &FieldError{ID: t.ID, Key: key, Reason: "is missing"})
		case len(value) > MaxName:
			all = append(all, &FieldError{ID: t.ID, Key: key, Reason: fmt.Sprintf("has %d bytes, at most %d are allowed", len(value), MaxName)})
		case !utf8.ValidString(value):
			all = append(all, &FieldError{ID: t.ID, Key: key, Reason: "is not valid UTF-8"})
		}
	}
	name("id", t.ID, true)
	name("kind", t.Kind, true)
	name("capability", t.Capability, false)
	name("key", t.Key, false)
	if _, err := capability.ParseNeed(t.Capability); err != nil && len(t.Capability) <= MaxName && utf8.ValidString(t.Capability) {
		all = append(all, &FieldError{ID: t.ID, Key: "capability", Reason: "is no need: " + err.Error()})
	}
	if t.Priority < -MaxPriority || t.Priority > MaxPriority {
		all = append(all, &FieldError{ID: t.ID, Key: "priority", Reason: fmt.Sprintf("is %d, want %d to %d", t.Priority, -MaxPriority, MaxPriority)})
	}
	if t.Attempts < 0 || t.Attempts > MaxAttempts {
		all = append(all, &FieldError{ID: t.ID, Key: "attempts", Reason: fmt.Sprintf("is %d, want 1 to %d", t.Attempts, MaxAttempts)})
	}
	if t.Deadline < 0 {
		all = append(all, &FieldError{ID: t.ID, Key: "deadline", Reason: "lies before 1970"})
	}
	if inputLimit > 0 && len(t.Input) > inputLimit {
		all = append(all, &FieldError{ID: t.ID, Key: "input", Reason: fmt.Sprintf("has %d bytes, at most %d are allowed", len(t.Input), inputLimit)})
	}
	return errors.Join(all...)
}

// compactJSON returns a copy of raw without white space. The copy is the queue's own, and equal values with other spacing become equal bytes.
func compactJSON(raw json.RawMessage) (json.RawMessage, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	if !utf8.Valid(raw) {
		return nil, errors.New("is not valid UTF-8")
	}
	var buf bytes.Buffer
	buf.Grow(len(raw))
	if err := json.Compact(&buf, raw); err != nil {
		return nil, fmt.Errorf("is not JSON: %w", err)
	}
	return buf.Bytes(), nil
}

// clip makes a reason safe to journal: valid UTF-8 (anything else would change on its way through JSON) and bounded.
func clip(reason string) string {
	if len(reason) > maxReason {
		reason = reason[:maxReason] + "..."
	}
	return strings.ToValidUTF8(reason, "?")
}
